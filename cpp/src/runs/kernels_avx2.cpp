// The leaf kernels, compiled for "avx2"; the flags are in CMakeLists.txt.
#include "runs/kernels.hpp"

#define MENSURA_ISA avx2
#include "runs/kernels.inl"

namespace mensura {

const KernelTable& avx2_kernels() {
    static constexpr KernelTable table = avx2::make_table("avx2");
    return table;
}

}  // namespace mensura
