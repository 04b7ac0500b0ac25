// The leaf kernels, compiled for "baseline"; the flags are in CMakeLists.txt.
#include "runs/kernels.hpp"

#define MENSURA_ISA baseline
#include "runs/kernels.inl"

namespace mensura {

const KernelTable& baseline_kernels() {
    static constexpr KernelTable table = baseline::make_table("baseline");
    return table;
}

}  // namespace mensura
