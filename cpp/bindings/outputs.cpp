// Large arrays whose memory is used again; see outputs.hpp.
#include "outputs.hpp"

#include <pybind11/stl.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "register.hpp"

namespace mensura::python {
namespace {

#if defined(__linux__)

constexpr std::size_t large_page = std::size_t{2} << 20;
constexpr std::size_t kept_limit = std::size_t{1} << 30;
constexpr std::size_t kept_blocks = 4;

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

// What was dropped and is not in use. Without locks, so that a fork at any moment leaves it whole.
class Kept {
public:
    // A block that is not much larger than `bytes`, or null.
    Block* take(std::size_t bytes) {
        for (auto& slot : slots_) {
            Block* block = slot.exchange(nullptr);
            if (block == nullptr) continue;
            if (block->room >= bytes && block->room - bytes <= bytes / 4 + large_page) {
                bytes_ -= block->room;
                return block;
            }
            let_go(slot.exchange(block));  // one that came in meanwhile
        }
        return nullptr;
    }

    // Keeps a block for later, in place of the one kept longest where there are too many.
    void keep(Block* block) {
        if (bytes_.load() + block->room > kept_limit) {
            drop();
            if (block->room > kept_limit) {
                unmap(block);
                return;
            }
        }
        bytes_ += block->room;
        let_go(slots_[next_++ % kept_blocks].exchange(block));
    }

    void drop() {
        for (auto& slot : slots_) let_go(slot.exchange(nullptr));
    }

private:
    void let_go(Block* block) {
        if (block == nullptr) return;
        bytes_ -= block->room;
        unmap(block);
    }

    std::array<std::atomic<Block*>, kept_blocks> slots_{};
    std::atomic<std::size_t> bytes_{0};
    std::atomic<std::size_t> next_{0};
};

constinit Kept kept;

Block* map(std::size_t bytes) {
    const std::size_t room = (bytes + large_page - 1) / large_page * large_page;
    const std::size_t size = room + large_page;
    void* first = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (first == MAP_FAILED) return nullptr;
    const auto address = reinterpret_cast<std::uintptr_t>(first);
    void* data = reinterpret_cast<void*>((address + large_page - 1) / large_page * large_page);
    madvise(data, room, MADV_HUGEPAGE);  // a wish; without it the memory is just as good
    return new Block{first, size, data, room};
}

void give_back(void* owner) {
    auto* block = static_cast<Block*>(owner);
    madvise(block->data, block->room, MADV_FREE);
    kept.keep(block);
}

Output large_output(const py::dtype& dtype, const std::vector<py::ssize_t>& shape, std::size_t bytes) {
    Block* block = kept.take(bytes);
    const bool cleared = block == nullptr;
    if (block == nullptr) block = map(bytes);
    if (block == nullptr) {
        kept.drop();
        block = map(bytes);
    }
    if (block == nullptr) throw std::bad_alloc();
    const py::capsule owner(block, &give_back);
    return {py::array(dtype, shape, block->data, owner), cleared};
}

#endif

}  // namespace

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
