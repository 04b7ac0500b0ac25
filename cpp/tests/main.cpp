// The test binary of the core. It links no Python, and none can be included from here.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#if __has_include(<Python.h>)
#error "the core must build without Python headers on its include path"
#endif
