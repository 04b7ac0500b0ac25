// Memory that is used again; see mensura/memory.hpp.
//
// Sizes below a large page are rounded up to one of eight in each power of two, so that what was given
// back fits what is asked for next. Larger pieces are whole large pages: they are cut where less is
// asked for, and what lies side by side is one piece again when it is given back. So the sums of regions
// make room for the columns of their table. The list of what is kept is short and searched from its end:
// what was given back last is still in the caches. Cost: some 100 ns a piece of memory, against 0.1 ns a
// byte for fresh pages.
#include "mensura/memory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
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

// Of pieces that are not marked as free, since marking each of many costs as much as it saves.
constexpr std::size_t most_unmarked = std::size_t{64} << 20;
// All of those and some large ones, so that a table of many columns finds all of them again.
constexpr std::size_t most_pieces = most_unmarked / least_kept + 512;

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

// What was given back and is not in use. A thread that finds the list taken does without it: nothing
// waits, and a child forked while another thread held it works on.
class Kept {
public:
    // A piece of this room, or null.
    void* take(std::size_t room) {
        const Hold hold(taken_);
        if (!hold) return nullptr;
        const std::size_t k = place_of(room);
        if (k == count_) return nullptr;
        if (pieces_[k].room == room) return remove(k).data;
        void* data = pieces_[k].data;
        pieces_[k] = {pieces_[k].begin() + room, pieces_[k].room - room};
        marked_bytes_ -= room;
        return data;
    }

    // Keeps a piece; the oldest ones make room for it.
    void keep(Piece piece) {
        const Hold hold(taken_);
        if (!hold) return unmap(piece);
        const std::size_t limit = piece.room < large_page ? most_unmarked : most_kept();
        if (piece.room >= large_page) piece = joined(piece, limit);
        while (bytes_of(piece) + piece.room > limit) unmap(remove(oldest_like(piece)));
        if (count_ == most_pieces) unmap(remove(0));
        bytes_of(piece) += piece.room;
        pieces_[count_++] = piece;
    }

    // Whether there was anything to drop.
    bool drop() {
        const Hold hold(taken_);
        if (!hold || count_ == 0) return false;
        while (count_ > 0) unmap(remove(count_ - 1));
        return true;
    }

private:
    // The list, where it was free within a few tries.
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

    // Where the piece is that is to be used for this room, or the end. A large one may be cut, but not
    // one many times larger, whose like may be asked for next.
    std::size_t place_of(std::size_t room) const {
        constexpr std::size_t most_cut = 4;
        const std::size_t most = room < large_page ? room : most_cut * room;
        std::size_t best = count_;
        for (std::size_t k = count_; k-- > 0;) {
            const std::size_t found = pieces_[k].room;
            if (found == room) return k;
            if (found < room || found > most) continue;
            if (best == count_ || found < pieces_[best].room) best = k;
        }
        return best;
    }

    // A large piece with those that lie before and behind it, up to a limit, which are taken off the
    // list.
    Piece joined(Piece piece, std::size_t limit) {
        for (std::size_t k = count_; k-- > 0;) {
            const Piece& other = pieces_[k];
            const bool before = other.end() == piece.begin();
            if (other.room < large_page || other.room + piece.room > limit) continue;
            if (!before && piece.end() != other.begin()) continue;
            const Piece neighbor = remove(k);
            piece = {before ? neighbor.data : piece.data, neighbor.room + piece.room};
        }
        return piece;
    }

    // Of those that count towards the same limit; there is one.
    std::size_t oldest_like(const Piece& piece) const {
        std::size_t k = 0;
        while ((pieces_[k].room < large_page) != (piece.room < large_page)) ++k;
        return k;
    }

    std::size_t& bytes_of(const Piece& piece) {
        return piece.room < large_page ? unmarked_bytes_ : marked_bytes_;
    }

    Piece remove(std::size_t k) {
        const Piece piece = pieces_[k];
        std::move(pieces_.begin() + static_cast<std::ptrdiff_t>(k) + 1,
                  pieces_.begin() + static_cast<std::ptrdiff_t>(count_),
                  pieces_.begin() + static_cast<std::ptrdiff_t>(k));
        --count_;
        bytes_of(piece) -= piece.room;
        return piece;
    }

    std::atomic_flag taken_;
    std::array<Piece, most_pieces> pieces_{};
    std::size_t count_ = 0;
    std::size_t unmarked_bytes_ = 0;
    std::size_t marked_bytes_ = 0;
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
