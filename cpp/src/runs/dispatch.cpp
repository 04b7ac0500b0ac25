// Chooses the kernel table once; see isa.hpp.
#include <cstdlib>
#include <stdexcept>

#include "mensura/isa.hpp"
#include "runs/kernels.hpp"

namespace mensura {
namespace {

std::vector<const KernelTable*> available_tables() {
    std::vector<const KernelTable*> tables{&baseline_kernels()};
#if defined(MENSURA_X86_KERNELS)
    // The compiler's check includes that the operating system saves the wide registers.
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                          __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
    if (has_avx2) tables.push_back(&avx2_kernels());
    if (has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        tables.push_back(&avx512_kernels());
        if (__builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vpopcntdq") &&
            __builtin_cpu_supports("bmi2")) {
            tables.push_back(&avx512vbmi2_kernels());
        }
    }
#endif
    return tables;
}

const KernelTable& choose_table() {
    const auto tables = available_tables();
    const char* wanted = std::getenv("MENSURA_ISA");
    if (wanted == nullptr || *wanted == '\0') return *tables.back();
    std::string names;
    for (const KernelTable* table : tables) {
        if (std::string(table->name) == wanted) return *table;
        names += (names.empty() ? "" : ", ") + std::string(table->name);
    }
    throw std::runtime_error("MENSURA_ISA is '" + std::string(wanted) +
                             "'; this machine can run: " + names);
}

}  // namespace

std::vector<std::string> available_isas() {
    std::vector<std::string> names;
    for (const KernelTable* table : available_tables()) names.emplace_back(table->name);
    return names;
}

const KernelTable& kernels() {
    static const KernelTable& chosen = choose_table();
    return chosen;
}

std::string active_isa() { return kernels().name; }

}  // namespace mensura
