// Memory that is kept: what was given back comes again, and nobody gets what another holds.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "mensura/column.hpp"
#include "mensura/memory.hpp"

namespace mensura {
namespace {

constexpr std::size_t small = 100'000;
constexpr std::size_t large = 5 * large_page + 1;

TEST_CASE("memory that was given back is used again for about as much") {
    drop_kept_memory();
    for (const std::size_t bytes : {small, large}) {
        const Memory first = take_memory(bytes);
        give_memory(first.data, bytes);
        const Memory again = take_memory(bytes + bytes / 80);
        if (keeps_memory) CHECK(again.data == first.data);
        CHECK(again.cleared == (first.cleared && !keeps_memory));
        give_memory(again.data, bytes + bytes / 80);
        CHECK(drop_kept_memory() == keeps_memory);
        CHECK_FALSE(drop_kept_memory());
    }
}

TEST_CASE("large memory is cut for what is smaller, and whole again when all of it was given back") {
    drop_kept_memory();
    const Memory whole = take_memory(6 * large_page);
    auto* data = static_cast<std::byte*>(whole.data);
    give_memory(whole.data, 6 * large_page);
    const Memory first = take_memory(2 * large_page);
    const Memory second = take_memory(2 * large_page - 5);
    const Memory third = take_memory(2 * large_page);
    if (keeps_memory) {
        CHECK(first.data == data);
        CHECK(second.data == data + 2 * large_page);
        CHECK(third.data == data + 4 * large_page);
        CHECK_FALSE((first.cleared || second.cleared || third.cleared));
    }
    give_memory(first.data, 2 * large_page);
    give_memory(third.data, 2 * large_page);
    give_memory(second.data, 2 * large_page - 5);
    const Memory again = take_memory(6 * large_page);
    if (keeps_memory) CHECK(again.data == whole.data);
    give_memory(again.data, 6 * large_page);
    CHECK(drop_kept_memory() == keeps_memory);
}

TEST_CASE("small memory is cut for what is smaller, and the rest of it used as well") {
    if (!keeps_memory) return;
    for (const std::size_t pages : {5U, 7U, 16U, 27U, 31U, 77U, 255U, 480U}) {
        drop_kept_memory();
        const std::size_t whole = pages << 12;
        auto* data = static_cast<std::byte*>(take_memory(whole).data);
        give_memory(data, whole);
        std::vector<std::byte*> parts;  // a quarter of it each, as long as they lie in it
        const std::size_t part = std::max(least_kept, whole / 4);
        for (;;) {
            const Memory memory = take_memory(part);
            auto* first = static_cast<std::byte*>(memory.data);
            if (memory.cleared) {
                give_memory(first, part);
                break;
            }
            CHECK(first >= data);
            CHECK(first + part <= data + whole + (whole >> 3));
            std::memset(first, static_cast<int>(parts.size()), part);
            parts.push_back(first);
        }
        CHECK(parts.size() >= (whole >= 4 * least_kept ? 3 : 1));
        for (std::size_t k = 0; k < parts.size(); ++k) {
            const auto mark = static_cast<std::byte>(k);
            CHECK(std::all_of(parts[k], parts[k] + part, [mark](std::byte b) { return b == mark; }));
            give_memory(parts[k], part);
        }
    }
    drop_kept_memory();
}

TEST_CASE("small memory that was cut is whole again when all of it was given back") {
    if (!keeps_memory) return;
    for (const std::size_t pages : {16U, 64U, 480U}) {
        drop_kept_memory();
        const std::size_t whole = pages << 12;
        void* data = take_memory(whole).data;
        give_memory(data, whole);
        std::vector<void*> parts;
        for (int k = 0; k < 4; ++k) parts.push_back(take_memory(whole / 4).data);
        for (const int k : {2, 0, 3}) give_memory(parts[static_cast<std::size_t>(k)], whole / 4);
        const Memory other = take_memory(whole);  // a part is still in use
        CHECK(other.cleared);
        const Memory half = take_memory(whole / 2);
        CHECK(half.data == parts[2]);
        give_memory(half.data, whole / 2);
        give_memory(parts[1], whole / 4);
        const Memory again = take_memory(whole);
        CHECK(again.data == data);
        give_memory(again.data, whole);
        give_memory(other.data, whole);
    }
    drop_kept_memory();
}

TEST_CASE("memory for much more or much less is another") {
    drop_kept_memory();
    const Memory many = take_memory(9 * large_page);
    give_memory(many.data, 9 * large_page);
    const Memory few = take_memory(2 * large_page);
    if (keeps_memory) CHECK(few.data != many.data);
    give_memory(few.data, 2 * large_page);
    drop_kept_memory();
    const Memory first = take_memory(small);
    give_memory(first.data, small);
    const Memory more = take_memory(2 * small);
    if (keeps_memory) CHECK(more.data != first.data);
    give_memory(more.data, 2 * small);
    const Memory less = take_memory(small / 5);
    if (keeps_memory) CHECK(less.cleared);
    give_memory(less.data, small / 5);
}

TEST_CASE("fresh memory is cleared where it says so, and large memory aligned to large pages") {
    drop_kept_memory();
    const Memory memory = take_memory(large);
    const auto* bytes = static_cast<const std::byte*>(memory.data);
    if (memory.cleared) {
        CHECK(std::all_of(bytes, bytes + large, [](std::byte b) { return b == std::byte{0}; }));
    }
    if (keeps_memory) CHECK(reinterpret_cast<std::uintptr_t>(memory.data) % large_page == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(memory.data) % 64 == 0);
    give_memory(memory.data, large);
}

namespace {

// How many pieces of so many are the same ones when they are given back and asked for once more.
std::size_t kept_pieces(std::size_t count, std::size_t bytes) {
    drop_kept_memory();
    std::vector<void*> pieces;
    for (std::size_t k = 0; k < count; ++k) pieces.push_back(take_memory(bytes).data);
    for (void* piece : pieces) give_memory(piece, bytes);
    std::size_t kept = 0;
    std::vector<Memory> again;
    for (std::size_t k = 0; k < count; ++k) again.push_back(take_memory(bytes));
    for (const Memory& memory : again) {
        if (std::find(pieces.begin(), pieces.end(), memory.data) != pieces.end() && !memory.cleared)
            ++kept;
    }
    for (const Memory& memory : again) give_memory(memory.data, bytes);
    drop_kept_memory();
    return kept;
}

}  // namespace

TEST_CASE("many pieces are kept up to a limit: those of a table of thousands of columns") {
    if (!keeps_memory) return;
    CHECK(kept_pieces(1500, std::size_t{128} << 10) == 1024);  // 128 MiB
    CHECK(kept_pieces(3000, least_kept) == 3000);
}

TEST_CASE("columns are kept") {
    for (const std::size_t bytes : {small, large}) {
        drop_kept_memory();
        {
            const Column<std::byte> column(bytes);
        }
        CHECK(drop_kept_memory() == keeps_memory);
    }
}

TEST_CASE("too much is std::bad_alloc") {
    // Sanitizers end the process where so much is asked of the allocator.
    if (keeps_memory) CHECK_THROWS_AS(take_memory(std::size_t{1} << 60), std::bad_alloc);
    CHECK_THROWS_AS(take_memory(~std::size_t{0}), std::bad_alloc);
    CHECK_THROWS_AS(ColumnAllocator<double>().allocate(~std::size_t{0} / 4), std::bad_alloc);
}

TEST_CASE("threads do not get each other's memory") {
    const auto work = [](std::uint64_t mark, bool& intact) {
        for (std::uint64_t k = 0; k < 2000 && intact; ++k) {
            const std::size_t bytes = small + 40'000 * (k % 7);
            const Memory memory = take_memory(bytes);
            std::memcpy(memory.data, &mark, sizeof mark);
            std::this_thread::yield();
            intact = std::memcmp(memory.data, &mark, sizeof mark) == 0;
            give_memory(memory.data, bytes);
        }
    };
    bool intact[4] = {true, true, true, true};
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) threads.emplace_back(work, t + 1, std::ref(intact[t]));
    for (std::thread& thread : threads) thread.join();
    CHECK(std::all_of(std::begin(intact), std::end(intact), [](bool b) { return b; }));
    drop_kept_memory();
}

}  // namespace
}  // namespace mensura
