// Memory that is used again; see mensura/memory.hpp.
//
// Sizes below a large page are rounded up to one of eight in each power of two, so that what was given
// back fits what is asked for next. Larger pieces are whole large pages: they are cut where less is
// asked for, and what lies side by side is one piece again when it is given back. So the sums of regions
// make room for the columns of their table. What was given back last is used first: it is still in the
// caches. Cost: some 100 ns a piece of memory, against 0.1 ns a byte for fresh pages.
#include "mensura/memory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)  // as keeps_memory
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace mensura {
namespace {

// So much that rounding it up would lead beyond all numbers is never there.
void check_size(std::size_t bytes) {
    if (bytes > std::numeric_limits<std::size_t>::max() / 4) throw std::bad_alloc();
}

}  // namespace
}  // namespace mensura

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)

namespace mensura {
namespace {

// Of pieces below a large page, which are not marked as free: to mark each of many costs as much as it
// saves.
constexpr std::size_t most_unmarked = std::size_t{128} << 20;

// A sixteenth of the memory of the machine.
std::size_t most_kept() {
    static const std::size_t bytes = static_cast<std::size_t>(std::max(0L, sysconf(_SC_PHYS_PAGES))) /
                                     16 * static_cast<std::size_t>(std::max(0L, sysconf(_SC_PAGESIZE)));
    return bytes;
}

std::size_t rounded_up(std::size_t bytes, std::size_t step) { return (bytes + step - 1) / step * step; }

// How much is mapped for so many bytes.
std::size_t room_for(std::size_t bytes) {
    if (bytes >= large_page) return rounded_up(bytes, large_page);
    return rounded_up(bytes, std::max(std::size_t{4096}, std::bit_ceil(bytes) / 8));
}

struct Piece {
    void* data;
    std::size_t room;

    std::byte* begin() const { return static_cast<std::byte*>(data); }
    std::byte* end() const { return begin() + room; }
};

// A piece out of the middle of others may be refused, where the process has very many; it is then left
// as it is, and not used again.
void unmap(const Piece& piece) { munmap(piece.data, piece.room); }

// Pieces below a large page, by their size: of each size a list of free pieces, linked in their own
// first bytes, so that it costs nothing to have many, and what was given back last is found first.
class SmallPieces {
public:
    // A piece of this room, or null.
    void* take(std::size_t room) {
        Size& size = size_of(room);
        if (size.first == nullptr) return nullptr;
        void* data = size.first;
        std::memcpy(&size.first, data, sizeof size.first);
        size.used = ++clock_;
        bytes_ -= room;
        return data;
    }

    // Keeps a piece; those of the size that was not asked for or given back for longest make room.
    void keep(const Piece& piece) {
        Size& size = size_of(piece.room);
        std::memcpy(piece.data, &size.first, sizeof size.first);
        size = {piece.data, piece.room, ++clock_};
        bytes_ += piece.room;
        while (bytes_ > most_unmarked) drop_one();
    }

    // Whether there was anything to drop.
    bool drop() {
        const bool any = bytes_ > 0;
        while (bytes_ > 0) drop_one();
        return any;
    }

private:
    struct Size {
        void* first = nullptr;
        std::size_t room = 0;
        std::uint64_t used = 0;
    };

    // Eight sizes in each power of two.
    Size& size_of(std::size_t room) {
        const auto power = static_cast<std::size_t>(std::bit_width(room - 1));
        return sizes_[8 * power + room / (std::bit_ceil(room) / 8) - 1];
    }

    void drop_one() {
        Size* oldest = nullptr;
        for (Size& size : sizes_) {
            if (size.first != nullptr && (oldest == nullptr || size.used < oldest->used)) oldest = &size;
        }
        const Piece piece{oldest->first, oldest->room};
        std::memcpy(&oldest->first, piece.data, sizeof oldest->first);
        bytes_ -= piece.room;
        unmap(piece);
    }

    std::array<Size, 8 * (std::bit_width(large_page) + 1)> sizes_{};
    std::size_t bytes_ = 0;
    std::uint64_t clock_ = 0;
};

// Pieces of whole large pages, oldest first.
class LargePieces {
public:
    // A piece of this room, or null.
    void* take(std::size_t room) {
        const std::size_t k = place_of(room);
        if (k == count_) return nullptr;
        if (pieces_[k].room == room) return remove(k).data;
        void* data = pieces_[k].data;
        pieces_[k] = {pieces_[k].begin() + room, pieces_[k].room - room};
        bytes_ -= room;
        return data;
    }

    // Keeps a piece; the oldest ones make room for it.
    void keep(Piece piece) {
        piece = joined(piece);
        while (bytes_ + piece.room > most_kept()) unmap(remove(0));
        if (count_ == most_pieces) unmap(remove(0));
        bytes_ += piece.room;
        pieces_[count_++] = piece;
    }

    // Whether there was anything to drop.
    bool drop() {
        const bool any = count_ > 0;
        while (count_ > 0) unmap(remove(count_ - 1));
        return any;
    }

private:
    static constexpr std::size_t most_pieces = 512;

    // Where the piece is that is to be used for this room, or the end. It may be cut, but not one many
    // times larger, whose like may be asked for next.
    std::size_t place_of(std::size_t room) const {
        constexpr std::size_t most_cut = 4;
        std::size_t best = count_;
        for (std::size_t k = count_; k-- > 0;) {
            const std::size_t found = pieces_[k].room;
            if (found == room) return k;
            if (found < room || found > most_cut * room) continue;
            if (best == count_ || found < pieces_[best].room) best = k;
        }
        return best;
    }

    // A piece with those that lie before and behind it, up to the limit, which are taken off the list.
    Piece joined(Piece piece) {
        for (std::size_t k = count_; k-- > 0;) {
            const Piece& other = pieces_[k];
            const bool before = other.end() == piece.begin();
            if (other.room + piece.room > most_kept()) continue;
            if (!before && piece.end() != other.begin()) continue;
            const Piece neighbor = remove(k);
            piece = {before ? neighbor.data : piece.data, neighbor.room + piece.room};
        }
        return piece;
    }

    Piece remove(std::size_t k) {
        const Piece piece = pieces_[k];
        std::move(pieces_.begin() + static_cast<std::ptrdiff_t>(k) + 1,
                  pieces_.begin() + static_cast<std::ptrdiff_t>(count_),
                  pieces_.begin() + static_cast<std::ptrdiff_t>(k));
        --count_;
        bytes_ -= piece.room;
        return piece;
    }

    std::array<Piece, most_pieces> pieces_{};
    std::size_t count_ = 0;
    std::size_t bytes_ = 0;
};

// What was given back and is not in use. A thread that finds it taken does without it: nothing waits,
// and a child forked while another thread held it works on.
class Kept {
public:
    // A piece of this room, or null.
    void* take(std::size_t room) {
        const Hold hold(taken_);
        if (!hold) return nullptr;
        return room < large_page ? small_.take(room) : large_.take(room);
    }

    void keep(const Piece& piece) {
        const Hold hold(taken_);
        if (!hold) return unmap(piece);
        if (piece.room < large_page) {
            small_.keep(piece);
        } else {
            large_.keep(piece);
        }
    }

    // Whether there was anything to drop.
    bool drop() {
        const Hold hold(taken_);
        if (!hold) return false;
        const bool small = small_.drop();
        return large_.drop() || small;
    }

private:
    // All that is kept, where it was free within a few tries.
    class Hold {
    public:
        explicit Hold(std::atomic_flag& taken) : taken_(taken) {
            for (int tries = 0; tries < 100 && !held_; ++tries) {
                held_ = !taken_.test_and_set(std::memory_order_acquire);
            }
        }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        ~Hold() {
            if (held_) taken_.clear(std::memory_order_release);
        }
        explicit operator bool() const { return held_; }

    private:
        std::atomic_flag& taken_;
        bool held_ = false;
    };

    std::atomic_flag taken_;
    SmallPieces small_;
    LargePieces large_;
};

// The one thing that outlives a call. Never destroyed, as arrays are given back until the very end.
constinit Kept kept;

void* map(std::size_t room) {
    void* data = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data == MAP_FAILED ? nullptr : data;
}

// The same aligned to large pages: more is mapped, and what sticks out is given back.
void* map_aligned(std::size_t room) {
    auto* first = static_cast<std::byte*>(map(room + large_page));
    if (first == nullptr) return nullptr;
    const auto address = reinterpret_cast<std::uintptr_t>(first);
    const std::size_t before = rounded_up(address, large_page) - address;
    if (before != 0) munmap(first, before);
    munmap(first + before + room, large_page - before);
    return first + before;
}

// Wishes, which older systems do not know: large pages, or else all pages in one call.
void ask_for_pages(void* data, std::size_t bytes) {
    if (bytes >= large_page) {
        madvise(data, bytes, MADV_HUGEPAGE);
        return;
    }
#if defined(MADV_POPULATE_WRITE)
    madvise(data, bytes, MADV_POPULATE_WRITE);
#endif
}

void* fresh(std::size_t bytes) {
    const std::size_t room = room_for(bytes);
    void* data = room < large_page ? map(room) : map_aligned(room);
    if (data != nullptr) ask_for_pages(data, room);
    return data;
}

}  // namespace

Memory take_memory(std::size_t bytes) {
    check_size(bytes);
    if (void* data = kept.take(room_for(bytes))) return {data, false};
    void* data = fresh(bytes);
    if (data == nullptr && kept.drop()) data = fresh(bytes);
    if (data == nullptr) throw std::bad_alloc();
    return {data, true};
}

void give_memory(void* data, std::size_t bytes) noexcept {
    const Piece piece{data, room_for(bytes)};
    const bool large = piece.room >= large_page;
    if (piece.room > most_kept() || (large && madvise(data, piece.room, MADV_FREE) != 0)) {
        return unmap(piece);
    }
    kept.keep(piece);
}

bool drop_kept_memory() noexcept { return kept.drop(); }

}  // namespace mensura

#else

namespace mensura {

Memory take_memory(std::size_t bytes) {
    check_size(bytes);
    return {::operator new(bytes, std::align_val_t{64}), false};
}
void give_memory(void* data, std::size_t) noexcept { ::operator delete(data, std::align_val_t{64}); }
bool drop_kept_memory() noexcept { return false; }

}  // namespace mensura

#endif
