// Large arrays whose memory is used again; see outputs.hpp.
#include "outputs.hpp"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "register.hpp"

namespace mensura::python {
namespace {

#if defined(__linux__)

constexpr std::size_t large_page = std::size_t{2} << 20;
constexpr std::size_t kept_blocks = 4;

// A sixteenth of the memory of the machine.
std::size_t kept_limit() {
    const auto pages = static_cast<std::size_t>(std::max(0L, sysconf(_SC_PHYS_PAGES)));
    return pages / 16 * static_cast<std::size_t>(std::max(0L, sysconf(_SC_PAGESIZE)));
}

// Mapped memory: [first, first + size), in it whole large pages from `data`.
struct Block {
    void* first;
    std::size_t size;
    void* data;
    std::size_t room;
};

void unmap(Block* block) {
    munmap(block->first, block->size);
    delete block;
}

struct Unmap {
    void operator()(Block* block) const { unmap(block); }
};
using OwnedBlock = std::unique_ptr<Block, Unmap>;

// What was dropped and is not in use. Without locks, so that a fork never finds one held.
class Kept {
public:
    // A block that is not much larger than `bytes`, or null.
    OwnedBlock take(std::size_t bytes) {
        for (auto& slot : slots_) {
            OwnedBlock block(slot.exchange(nullptr));
            if (!block) continue;
            if (block->room >= bytes && block->room - bytes <= bytes / 4 + large_page) {
                bytes_ -= block->room;
                return block;
            }
            let_go(slot.exchange(block.release()));  // one that came in meanwhile
        }
        return nullptr;
    }

    // Keeps a block for later. Where that would be too many, or too much, the others make room.
    void keep(OwnedBlock block) {
        const std::size_t limit = kept_limit();
        if (block->room > limit) return;
        if (bytes_.load() + block->room > limit) drop();
        bytes_ += block->room;
        for (auto& slot : slots_) {
            Block* none = nullptr;
            if (slot.compare_exchange_strong(none, block.get())) {
                static_cast<void>(block.release());
                return;
            }
        }
        let_go(slots_[next_++ % kept_blocks].exchange(block.release()));
    }

    // Whether there was anything to drop.
    bool drop() {
        bool dropped = false;
        for (auto& slot : slots_) dropped |= let_go(slot.exchange(nullptr));
        return dropped;
    }

private:
    bool let_go(Block* block) {
        if (block == nullptr) return false;
        bytes_ -= block->room;
        unmap(block);
        return true;
    }

    std::array<std::atomic<Block*>, kept_blocks> slots_{};
    std::atomic<std::size_t> bytes_{0};
    std::atomic<std::size_t> next_{0};
};

constinit Kept kept;

OwnedBlock map(std::size_t bytes) {
    const std::size_t room = (bytes + large_page - 1) / large_page * large_page;
    const std::size_t size = room + large_page;
    auto block = std::make_unique<Block>();
    void* first = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (first == MAP_FAILED) throw std::bad_alloc();
    const auto address = reinterpret_cast<std::uintptr_t>(first);
    void* data = reinterpret_cast<void*>((address + large_page - 1) / large_page * large_page);
    madvise(data, room, MADV_HUGEPAGE);  // a wish; without it the memory is just as good
    *block = {first, size, data, room};
    return OwnedBlock(block.release());
}

// Keeps a block only where the system can take its memory back.
void give_back(void* owner) {
    OwnedBlock block(static_cast<Block*>(owner));
    if (madvise(block->data, block->room, MADV_FREE) == 0) kept.keep(std::move(block));
}

Output large_output(const py::dtype& dtype, const std::vector<py::ssize_t>& shape, std::size_t bytes) {
    OwnedBlock block = kept.take(bytes);
    const bool cleared = block == nullptr;
    if (!block) block = with_kept_memory([bytes] { return map(bytes); });
    const py::capsule owner(block.get(), &give_back);
    const void* data = block.release()->data;
    return {py::array(dtype, shape, data, owner), cleared};
}

#endif

}  // namespace

bool drop_kept_memory() {
#if defined(__linux__)
    return kept.drop();
#else
    return false;
#endif
}

Output new_output(const py::dtype& dtype, const std::vector<py::ssize_t>& shape) {
#if defined(__linux__)
    std::size_t bytes = static_cast<std::size_t>(dtype.itemsize());
    for (const py::ssize_t length : shape) bytes *= static_cast<std::size_t>(length);
    if (bytes >= large_page) return large_output(dtype, shape, bytes);
#endif
    const py::object zeros = py::module_::import("numpy").attr("zeros");
    return {zeros(shape, dtype), true};
}

void register_outputs(py::module_& module) {
    module.def(
        "new_output",
        [](const py::dtype& dtype, const std::vector<py::ssize_t>& shape) {
            const Output output = new_output(dtype, shape);
            return py::make_tuple(output.array, output.cleared);
        },
        py::arg("dtype"), py::arg("shape"));
}

}  // namespace mensura::python
