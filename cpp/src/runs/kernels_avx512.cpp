// The leaf kernels, compiled for "avx512"; the flags are in CMakeLists.txt.
#include "runs/kernels.hpp"

#define MENSURA_ISA avx512
#include "runs/kernels.inl"

namespace mensura {

const KernelTable& avx512_kernels() {
    static constexpr KernelTable table = avx512::make_table("avx512");
    return table;
}

}  // namespace mensura
