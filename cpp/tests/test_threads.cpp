// Workers: every block once, merges in order, the first error to the caller.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "mensura/threads.hpp"

using namespace mensura;

TEST_CASE("every block is worked on exactly once") {
    for (const int threads : {1, 2, 7}) {
        std::vector<std::atomic<int>> seen(1000);
        for_each_block(1000, threads, [&](std::int64_t b) { ++seen[static_cast<std::size_t>(b)]; });
        for (const auto& count : seen) CHECK(count == 1);
    }
}

TEST_CASE("merges run in order, one at a time, after their block's work") {
    for (const int threads : {1, 2, 7}) {
        std::vector<std::atomic<bool>> worked(500);
        std::vector<std::int64_t> merged;
        for_each_block_in_order(
            500, threads, [&](std::int64_t b) { worked[static_cast<std::size_t>(b)] = true; },
            [&](std::int64_t b) {
                CHECK(worked[static_cast<std::size_t>(b)]);
                merged.push_back(b);
            });
        REQUIRE(merged.size() == 500);
        for (std::size_t k = 0; k < merged.size(); ++k) {
            REQUIRE(merged[k] == static_cast<std::int64_t>(k));
        }
    }
}

TEST_CASE("an exception stops the work and reaches the caller") {
    for (const int threads : {1, 2, 7}) {
        const auto fail = [](std::int64_t b) {
            if (b == 40) throw std::runtime_error("block 40");
        };
        CHECK_THROWS_WITH(for_each_block(100000, threads, fail), "block 40");
        CHECK_THROWS_WITH(for_each_block_in_order(100000, threads, fail, [](std::int64_t) {}),
                          "block 40");
        CHECK_THROWS_WITH(
            for_each_block_in_order(100000, threads, [](std::int64_t) {}, fail), "block 40");
    }
}

TEST_CASE("no blocks, no calls") {
    for_each_block(0, 4, [](std::int64_t) { FAIL("called"); });
    for_each_block_in_order(
        0, 4, [](std::int64_t) { FAIL("called"); }, [](std::int64_t) { FAIL("called"); });
}

namespace {

void work_a_little(std::int64_t) { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

}  // namespace

TEST_CASE("a poll that throws ends the work, and no block is merged behind it") {
    for (const int threads : {1, 2, 7}) {
        const Polling polling([] { throw std::runtime_error("given up"); });
        std::atomic<std::int64_t> worked{0};
        const auto work = [&](std::int64_t b) {
            work_a_little(b);
            ++worked;
        };
        CHECK_THROWS_WITH(for_each_block(100000, threads, work), "given up");
        CHECK(worked < 100 * threads);
        std::int64_t merged = 0;
        CHECK_THROWS_WITH(
            for_each_block_in_order(100000, threads, work, [&](std::int64_t) { ++merged; }), "given up");
        CHECK(merged <= worked);
    }
}

TEST_CASE("polls come now and then, on the calling thread, and only while they are wanted") {
    const auto caller = std::this_thread::get_id();
    int polls = 0;
    {
        const Polling polling([&] {
            CHECK(std::this_thread::get_id() == caller);
            ++polls;
        });
        for_each_block(1000, 1, [](std::int64_t) {});  // too short for a poll
        CHECK(polls == 0);
        for_each_block(200, 2, work_a_little);  // 200 ms at least
        CHECK(polls >= 2);
        CHECK(polls <= 20 + 200 / Polling::interval.count());
        {
            const Polling inner([] {});
            const int before = polls;
            for_each_block(50, 1, work_a_little);
            CHECK(polls == before);
        }
        std::thread([] { CHECK(Polling::current() == nullptr); }).join();
        CHECK(Polling::current() == &polling);
    }
    CHECK(Polling::current() == nullptr);
    const int before = polls;
    for_each_block(50, 1, work_a_little);
    CHECK(polls == before);
}

namespace {

// How many threads worked on blocks that take long enough for all of them to come.
std::size_t threads_seen(std::int64_t blocks, int threads) {
    std::mutex mutex;
    std::set<std::thread::id> seen;
    for_each_block(blocks, threads, [&](std::int64_t b) {
        work_a_little(b);
        const std::lock_guard lock(mutex);
        seen.insert(std::this_thread::get_id());
    });
    return seen.size();
}

}  // namespace

TEST_CASE("a team works on every block of one step after the other exactly once") {
    for (const int threads : {1, 2, 7}) {
        const Team team;
        for (int step = 0; step < 200; ++step) {
            std::vector<std::atomic<int>> seen(static_cast<std::size_t>(step));
            if (step % 50 == 0) Team::before_last();
            for_each_block(step, 1 + (threads + step) % 7,
                           [&](std::int64_t b) { ++seen[static_cast<std::size_t>(b)]; });
            for (const auto& count : seen) CHECK(count == 1);
            std::vector<std::int64_t> merged;
            for_each_block_in_order(
                step, threads, [](std::int64_t) {}, [&](std::int64_t b) { merged.push_back(b); });
            REQUIRE(merged.size() == static_cast<std::size_t>(step));
            CHECK(std::is_sorted(merged.begin(), merged.end()));
        }
    }
}

TEST_CASE("a team has as many threads as each step asks for, after a long pause as well") {
    const Team team;
    for (const int threads : {3, 2, 5, 3}) {
        CHECK(threads_seen(40, threads) == static_cast<std::size_t>(threads));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // all have left
    CHECK(threads_seen(40, 4) == 4);
    Team::before_last();
    CHECK(threads_seen(40, 4) == 4);
    CHECK(threads_seen(40, 4) == 4);
}

TEST_CASE("work within the work of a team, and a team within a team") {
    std::atomic<int> inner{0};
    {
        const Team team;
        const Team same;
        for_each_block(8, 3, [&](std::int64_t) {
            const Team team_of_block;
            for_each_block(10, 3, [&](std::int64_t) { ++inner; });
            for_each_block(10, 2, [&](std::int64_t) { ++inner; });
        });
    }
    CHECK(inner == 160);
    CHECK(Team::current() == nullptr);
    {
        const Team outer;
        const Team::Helpers* helpers = Team::current();
        {
            const Team within;
        }
        CHECK(Team::current() == helpers);
        std::thread([] { CHECK(Team::current() == nullptr); }).join();
    }
    CHECK(Team::current() == nullptr);
    Team::before_last();  // nothing to tell
}

TEST_CASE("a team works on after an exception") {
    const Team team;
    const auto fail = [](std::int64_t b) {
        if (b == 40) throw std::runtime_error("block 40");
    };
    for (int step = 0; step < 20; ++step) {
        CHECK_THROWS_WITH(for_each_block(100000, 3, fail), "block 40");
        CHECK_THROWS_WITH(for_each_block_in_order(100000, 3, fail, [](std::int64_t) {}), "block 40");
        std::atomic<int> worked{0};
        for_each_block(100, 3, [&](std::int64_t) { ++worked; });
        CHECK(worked == 100);
    }
}
