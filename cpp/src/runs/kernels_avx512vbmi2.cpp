// The leaf kernels, compiled for "avx512vbmi2"; the flags are in CMakeLists.txt.
#include "runs/kernels.hpp"

#define MENSURA_ISA avx512vbmi2
#include "runs/kernels.inl"

namespace mensura {

const KernelTable& avx512vbmi2_kernels() {
    static constexpr KernelTable table = avx512vbmi2::make_table("avx512vbmi2");
    return table;
}

}  // namespace mensura
