// Plain worker threads over fixed blocks of work.
//
// Workers are started per call, or per team of a few calls, and joined before it returns: no pool, no
// global state, nothing that a fork or a host program's own runtime could trip over. How the work is cut
// into blocks never depends on the number of threads, which is what makes results equal for any number
// of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace mensura {

// Calls `work(block)` once for every block in [0, blocks), in any order, on up to `threads` threads.
// The first exception thrown by a block stops the hand-out of further blocks and is rethrown here.
void for_each_block(std::int64_t blocks, int threads, const std::function<void(std::int64_t)>& work);

// As for_each_block, then calls `merge(block)` for every block in increasing order, never two at once.
// At most a few finished blocks wait for their turn, so their memory is bounded.
void for_each_block_in_order(std::int64_t blocks, int threads,
                             const std::function<void(std::int64_t)>& work,
                             const std::function<void(std::int64_t)>& merge);

// While it lives, threads that this thread has work on blocks stay for a moment when that is done, in
// case more blocks follow: to start a thread takes as long as to measure a few hundred regions. They are
// joined when it ends. Where there is one already, another one changes nothing.
class Team {
public:
    Team();
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    // Says that the next work of this thread is its last for some time: who helps with it ends then, and
    // need not be waited for later.
    static void before_last();

    // Those of the team of this thread; null where there is none.
    class Helpers;
    static Helpers* current();

private:
    std::unique_ptr<Helpers> helpers_;
};

// While it lives, work on blocks that is started by this thread asks now and then whether to go on:
// `poll` is called on this thread, between two blocks, and what it throws ends the work as an exception
// of a block does. Between two polls lie at least `interval` and one block, so a short call never polls.
class Polling {
public:
    static constexpr std::chrono::milliseconds interval{25};

    explicit Polling(std::function<void()> poll);
    ~Polling();
    Polling(const Polling&) = delete;
    Polling& operator=(const Polling&) = delete;

    // Of this thread; null where there is none.
    static Polling* current();
    void poll_when_due();

private:
    std::function<void()> poll_;
    std::chrono::steady_clock::time_point due_;
    Polling* outer_;
};

}  // namespace mensura
