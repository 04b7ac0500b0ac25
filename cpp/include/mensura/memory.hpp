// Memory for tables, sums and label images, kept for the next ones when it is given back.
//
// The system clears every page at its first touch, which costs more than most of what is done here: a
// label image of 4096 x 4096 is cleared in 5 ms and painted in 2; a third of the time of measuring every
// moment of 26,000 regions went into fresh pages. So what is given back stays with the process: up to a
// sixteenth of the memory of the machine, marked as free for the system to take back whenever it needs
// memory, and 128 MiB of pieces below 2 MiB, which are not marked. What is kept changes no result, only
// how soon it comes.
#pragma once

#include <cstddef>
#include <new>

namespace mensura {

// From this size on, memory lies on large pages, aligned to them.
inline constexpr std::size_t large_page = std::size_t{2} << 20;
// From this size on, memory is worth keeping.
inline constexpr std::size_t least_kept = std::size_t{16} << 10;

// Whether memory is kept at all. Only Linux lets it be marked as free and used again at once
// (MADV_FREE), and address sanitizers see uses after freeing only where memory is freed.
inline constexpr bool keeps_memory =
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    true;
#else
    false;
#endif

struct Memory {
    void* data;
    bool cleared;  // whether every byte is known to be zero
};

// Which pages of fresh memory there are from the beginning: all of them come soonest at once; of what
// may never be used none should.
enum class Pages { at_once, when_touched };

// Memory of at least `least_kept` bytes, aligned to the largest vectors; std::bad_alloc where there is
// none.
Memory take_memory(std::size_t bytes, Pages pages = Pages::at_once);

// Takes back what take_memory(bytes) gave, and keeps it.
void give_memory(void* data, std::size_t bytes) noexcept;

// Gives back to the system what is kept. Returns whether there was any.
bool drop_kept_memory() noexcept;

// What `work` returns. Where memory does not suffice for it, it is called once more without what is
// kept.
template <class Work>
auto with_kept_memory(Work work) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        if (!drop_kept_memory()) throw;
    }
    return work();
}

}  // namespace mensura
