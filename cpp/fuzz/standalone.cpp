// Runs a target without libFuzzer: the files of a corpus, then random inputs.
//
//     fuzz_labeling SEED COUNT [FILE...]        the files, then inputs 0..COUNT - 1 of a seed
//     fuzz_labeling --write SEED INDEX FILE     one of those inputs, for the corpus
//
// With clang, libFuzzer takes its place: `CXX=clang++-16 .ci/sanitize libfuzzer`.
//
// Prints the digest of all results, which is the same for every instruction set (MENSURA_ISA). Where an
// input is wrong, it is named before the process ends.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "target.hpp"

namespace {

std::string current = "no input";

std::vector<std::uint8_t> random_input(std::uint64_t seed, std::uint64_t index) {
    std::mt19937_64 random(seed * 1000003 + index);
    std::vector<std::uint8_t> bytes(32 + random() % 400);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

void run(const std::vector<std::uint8_t>& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

void tell_input(int signal) {
    std::fprintf(stderr, "at %s\n", current.c_str());
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

int write(std::uint64_t seed, std::uint64_t index, const char* name) {
    const auto bytes = random_input(seed, index);
    std::ofstream file(name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return file.good() ? 0 : 1;
}

}  // namespace

#if defined(__SANITIZE_ADDRESS__)
extern "C" void __sanitizer_set_death_callback(void (*callback)());
#endif

int main(int count, char** arguments) {
    const std::vector<std::string> given(arguments + 1, arguments + count);
    if (given.size() == 4 && given[0] == "--write") {
        return write(std::stoull(given[1]), std::stoull(given[2]), given[3].c_str());
    }
    if (given.size() < 2) {
        std::fprintf(stderr, "give a seed and a number of inputs\n");
        return 2;
    }
    for (const int signal : {SIGILL, SIGTRAP, SIGSEGV, SIGABRT}) std::signal(signal, &tell_input);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback([] { std::fprintf(stderr, "at %s\n", current.c_str()); });
#endif
    for (std::size_t k = 2; k < given.size(); ++k) {
        current = given[k];
        std::ifstream file(given[k], std::ios::binary);
        run({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
    }
    for (std::uint64_t index = 0; index < std::stoull(given[1]); ++index) {
        current = "seed " + given[0] + ", input " + std::to_string(index);
        run(random_input(std::stoull(given[0]), index));
    }
    std::printf("%zu files, %s inputs, digest %016llx\n", given.size() - 2, given[1].c_str(),
                static_cast<unsigned long long>(mensura::fuzz::digest()));
    return 0;
}
