// Runs benchmarks of the core without Python, to count their instructions or to time them.
//
//     mensura_bench --list             the names
//     mensura_bench --facts            what the counts depend on, as JSON
//     mensura_bench NAME               one call that warms up, then one of mensura_bench_NAME
//     mensura_bench --time [NAME...]   median nanoseconds of the calls of half a second
//
// One thread. The instruction set is that of MENSURA_ISA, as everywhere.
#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include "bench.hpp"
#include "mensura/isa.hpp"

namespace mensura::bench {

std::vector<Benchmark>& benchmarks() {
    static std::vector<Benchmark> all;
    return all;
}

namespace {

std::string c_library() {
#if defined(__GLIBC__)
    return std::string("glibc ") + gnu_get_libc_version();
#else
    return "unknown";
#endif
}

std::string compiler() {
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown";
#endif
}

void print_facts() {
    std::cout << "{\"compiler\": \"" << compiler() << "\", \"flags\": \"" MENSURA_BENCH_FLAGS
              << "\", \"c library\": \"" << c_library() << "\", \"isa\": \"" << active_isa() << "\"}\n";
}

const Benchmark& find(std::string_view name) {
    for (const Benchmark& benchmark : benchmarks()) {
        if (benchmark.name == name) return benchmark;
    }
    throw std::invalid_argument("there is no benchmark named " + std::string(name));
}

void run_once(std::string_view name) {
    const Benchmark& benchmark = find(name);
    const Work work = benchmark.make();
    work();
    benchmark.run(work);
}

void time(std::string_view name) {
    using Clock = std::chrono::steady_clock;
    const Benchmark& benchmark = find(name);
    const Work work = benchmark.make();
    work();
    std::vector<double> nanoseconds;
    const auto end = Clock::now() + std::chrono::milliseconds(500);
    while (nanoseconds.size() < 3 || Clock::now() < end) {
        const auto start = Clock::now();
        benchmark.run(work);
        nanoseconds.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count());
    }
    const auto middle = nanoseconds.begin() + static_cast<std::ptrdiff_t>(nanoseconds.size() / 2);
    std::nth_element(nanoseconds.begin(), middle, nanoseconds.end());
    std::cout << name << ' ' << static_cast<std::int64_t>(*middle) << " ns\n";
}

int run(const std::vector<std::string>& arguments) {
    if (arguments.empty()) throw std::invalid_argument("give a name, or --list, --facts, --time");
    if (arguments[0] == "--facts") {
        print_facts();
    } else if (arguments[0] == "--list") {
        for (const Benchmark& benchmark : benchmarks()) std::cout << benchmark.name << '\n';
    } else if (arguments[0] == "--time") {
        if (arguments.size() > 1) {
            for (std::size_t i = 1; i < arguments.size(); ++i) time(arguments[i]);
        } else {
            for (const Benchmark& benchmark : benchmarks()) time(benchmark.name);
        }
    } else {
        for (const std::string& name : arguments) run_once(name);
    }
    return 0;
}

}  // namespace
}  // namespace mensura::bench

int main(int count, char** arguments) {
    auto& all = mensura::bench::benchmarks();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    try {
        return mensura::bench::run({arguments + 1, arguments + count});
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 2;
    }
}
