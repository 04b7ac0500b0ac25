// Long vectors for tables: uninitialized until they are written, and backed by memory at once.
//
// Filling a column with zeros first would touch all its memory once more, on one thread; and a fresh
// page of 4 KiB costs a fault when it is first written, which adds up to a fifth of the time of
// measuring the regions. Long vectors lie on large pages; the pages of shorter ones are asked for in one
// call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace mensura {

template <class T>
class ColumnAllocator {
public:
    using value_type = T;

    ColumnAllocator() = default;
    template <class U>
    ColumnAllocator(const ColumnAllocator<U>&) {}  // NOLINT: allocators of all types are alike

    T* allocate(std::size_t count) {
        const std::size_t size = count * sizeof(T);
        if (size < large_page) {
            void* memory = ::operator new(size);
            if (size >= many_pages) populate(memory, size);
            return static_cast<T*>(memory);
        }
        const std::size_t rounded = (size + large_page - 1) / large_page * large_page;
        void* memory = ::operator new(rounded, std::align_val_t{large_page});
#if defined(__linux__)
        madvise(memory, rounded, MADV_HUGEPAGE);  // a wish; without it the memory is just as good
#endif
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t count) {
        if (count * sizeof(T) < large_page) {
            ::operator delete(memory);
        } else {
            ::operator delete(memory, std::align_val_t{large_page});
        }
    }

    template <class U>
    void construct(U* place) noexcept {
        ::new (static_cast<void*>(place)) U;
    }
    template <class U, class... Arguments>
    void construct(U* place, Arguments&&... arguments) {
        ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
    }

    bool operator==(const ColumnAllocator&) const = default;

private:
    static constexpr std::size_t large_page = std::size_t{2} << 20;
    static constexpr std::size_t many_pages = std::size_t{64} << 10;

    // A wish, which older systems do not know.
    static void populate([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t size) {
#if defined(MADV_POPULATE_WRITE)
        constexpr std::uintptr_t page = 4096;
        const auto first = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
        const auto last = (reinterpret_cast<std::uintptr_t>(memory) + size) / page * page;
        madvise(reinterpret_cast<void*>(first), last - first, MADV_POPULATE_WRITE);
#endif
    }
};

template <class T>
using Column = std::vector<T, ColumnAllocator<T>>;

}  // namespace mensura
