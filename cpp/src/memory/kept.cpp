// Memory that is used again; see mensura/memory.hpp.
//
// Sizes below a large page are rounded up to one of eight in each power of two, so that what was given
// back fits what is asked for next; where nothing fits, one up to four times larger is cut, or some that
// lie side by side are one again. Larger pieces are whole large pages: they are cut where less is asked
// for, and what lies side by side is one piece again when it is given back. So the sums of regions make
// room for the columns of their table. What was given back last is used first: it is still in the
// caches. Cost: some 100 ns a piece of memory, against 0.1 ns a byte for fresh pages.
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

// Small sizes are multiples of a page, and of this part of the next power of two.
constexpr std::size_t page = 4096;
constexpr std::size_t steps = 16;

// How much is mapped for so many bytes.
std::size_t room_for(std::size_t bytes) {
    if (bytes >= large_page) return rounded_up(bytes, large_page);
    return rounded_up(bytes, std::max(page, std::bit_ceil(bytes) / steps));
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
        Size& size = sizes_[index_of(room)];
        if (size.first == nullptr) {
            void* data = cut(room);
            return data != nullptr ? data : join(room);
        }
        size.used = ++clock_;
        return remove_first(size).data;
    }

    // Keeps a piece; those of the size that was not asked for or given back for longest make room.
    void keep(const Piece& piece) {
        Size& size = sizes_[index_of(piece.room)];
        *static_cast<void**>(piece.data) = size.first;
        size = {piece.data, piece.room, ++clock_};
        ++count_;
        bytes_ += piece.room;
        while (bytes_ > most_unmarked) remove_oldest();
    }

    // Whether there was anything to drop.
    bool drop() {
        const bool any = bytes_ > 0;
        while (bytes_ > 0) remove_oldest();
        return any;
    }

private:
    // A piece that is more times larger is not cut: its like may be asked for next.
    static constexpr std::size_t most_cut = 4;

    struct Size {
        void* first = nullptr;
        std::size_t room = 0;
        std::uint64_t used = 0;
    };

    // In the order of sizes.
    static std::size_t index_of(std::size_t room) {
        const auto power = static_cast<std::size_t>(std::bit_width(room - 1));
        return steps * power + room / (std::bit_ceil(room) / steps) - 1;
    }

    Piece remove_first(Size& size) {
        const Piece piece{size.first, size.room};
        size.first = *static_cast<void**>(piece.data);
        --count_;
        bytes_ -= piece.room;
        return piece;
    }

    void remove(const Piece& piece) {
        void** link = &sizes_[index_of(piece.room)].first;
        while (*link != piece.data) link = static_cast<void**>(*link);
        *link = *static_cast<void**>(piece.data);
        --count_;
        bytes_ -= piece.room;
    }

    void remove_oldest() {
        Size* oldest = nullptr;
        for (Size& size : sizes_) {
            if (size.first != nullptr && (oldest == nullptr || size.used < oldest->used)) oldest = &size;
        }
        unmap(remove_first(*oldest));
    }

    // The beginning of the smallest piece that is larger, or null. It happens when
    // sizes are asked for that were not there before, and never again when they have come back.
    void* cut(std::size_t room) {
        const std::size_t last = std::min(index_of(most_cut * room), sizes_.size() - 1);
        for (std::size_t k = index_of(room) + 1; k <= last; ++k) {
            if (sizes_[k].first == nullptr) continue;
            const Piece whole = remove_first(sizes_[k]);
            keep_rest({whole.begin() + room, whole.room - room});
            return whole.data;
        }
        return nullptr;
    }

    // The beginning of the first pieces that lie side by side and are as much, or null. Of a few pieces
    // only, as they have to be sorted: fresh pages would take as long.
    void* join(std::size_t room) {
        constexpr std::size_t most_sorted = 256;
        if (bytes_ < room || count_ > most_sorted) return nullptr;
        std::array<Piece, most_sorted> pieces;
        const std::size_t count = copy_sorted(pieces.data());
        std::size_t first = 0;
        for (std::size_t k = 0; k < count; ++k) {
            const bool is_beside = k == first || pieces[k - 1].end() == pieces[k].begin();
            if (!is_beside) first = k;
            if (pieces[k].room > most_cut * room) {
                first = k + 1;
                continue;
            }
            const Piece whole{pieces[first].data,
                              static_cast<std::size_t>(pieces[k].end() - pieces[first].begin())};
            if (whole.room < room) continue;
            for (std::size_t j = first; j <= k; ++j) remove(pieces[j]);
            keep_rest({whole.begin() + room, whole.room - room});
            return whole.data;
        }
        return nullptr;
    }

    // Copies all pieces in the order of their places; returns how many there are.
    std::size_t copy_sorted(Piece* pieces) const {
        std::size_t count = 0;
        for (const Size& size : sizes_) {
            for (void* data = size.first; data != nullptr; data = *static_cast<void**>(data)) {
                pieces[count++] = {data, size.room};
            }
        }
        std::sort(pieces, pieces + count,
                  [](const Piece& a, const Piece& b) { return a.data < b.data; });
        return count;
    }

    // As few pieces as sizes allow for.
    void keep_rest(Piece rest) {
        while (rest.room >= least_kept) {
            const std::size_t step = std::max(page, std::bit_floor(rest.room) * 2 / steps);
            const Piece largest{rest.data, rest.room / step * step};
            keep(largest);
            rest = {largest.end(), rest.room - largest.room};
        }
        if (rest.room != 0) unmap(rest);
    }

    std::array<Size, steps*(std::bit_width(large_page) + 1)> sizes_{};
    std::size_t count_ = 0;
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
void ask_for_pages(void* data, std::size_t bytes, [[maybe_unused]] Pages pages) {
    if (bytes >= large_page) {
        madvise(data, bytes, MADV_HUGEPAGE);
        return;
    }
#if defined(MADV_POPULATE_WRITE)
    if (pages == Pages::at_once) madvise(data, bytes, MADV_POPULATE_WRITE);
#endif
}

void* fresh(std::size_t bytes, Pages pages) {
    const std::size_t room = room_for(bytes);
    void* data = room < large_page ? map(room) : map_aligned(room);
    if (data != nullptr) ask_for_pages(data, room, pages);
    return data;
}

}  // namespace

Memory take_memory(std::size_t bytes, Pages pages) {
    check_size(bytes);
    if (void* data = kept.take(room_for(bytes))) return {data, false};
    void* data = fresh(bytes, pages);
    if (data == nullptr && kept.drop()) data = fresh(bytes, pages);
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

Memory take_memory(std::size_t bytes, Pages) {
    check_size(bytes);
    return {::operator new(bytes, std::align_val_t{64}), false};
}
void give_memory(void* data, std::size_t) noexcept { ::operator delete(data, std::align_val_t{64}); }
bool drop_kept_memory() noexcept { return false; }

}  // namespace mensura

#endif
