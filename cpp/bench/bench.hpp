// Entry points whose instructions are counted, one for each kernel or stage, each with an input of its
// own.
//
//     MENSURA_BENCH(label_noise) {
//         return [image = noise(256, 256, 0.5)] { ... };
//     }
//
// defines one: the body makes the input and returns the work, which is called by a symbol of that name,
// `mensura_bench_label_noise`, and by nothing else. So a profiler that counts between the entry and the
// exit of the symbol counts the work alone. A new file in this folder is compiled with the others.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace mensura::bench {

using Work = std::function<void()>;

struct Benchmark {
    std::string_view name;
    void (*run)(const Work& work);
    Work (*make)();
};

// All benchmarks, by name.
std::vector<Benchmark>& benchmarks();

struct Registration {
    explicit Registration(const Benchmark& benchmark) { benchmarks().push_back(benchmark); }
};

// Keeps a result, which else need not be computed.
template <class T>
void keep(const T& result) {
    asm volatile("" : : "g"(&result) : "memory");
}

}  // namespace mensura::bench

// What the entry point does behind its work keeps it from ending in a jump to it, and its text from
// being that of another entry point, with which the compiler would unite it.
#define MENSURA_BENCH(name)                                                                    \
    static mensura::bench::Work make_##name();                                                 \
    extern "C" [[gnu::noinline]] void mensura_bench_##name(const mensura::bench::Work& work) { \
        work();                                                                                \
        asm volatile("# " #name : : : "memory");                                               \
    }                                                                                          \
    static const mensura::bench::Registration registration_of_##name{                          \
        {#name, &mensura_bench_##name, &make_##name}};                                         \
    static mensura::bench::Work make_##name()
