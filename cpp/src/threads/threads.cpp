// Worker threads over an atomic block counter; see threads.hpp.
#include "mensura/threads.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace mensura {
namespace {

// The first exception of any worker, kept for the calling thread.
class FirstError {
public:
    void capture() noexcept {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
        stop_.store(true, std::memory_order_relaxed);
    }
    bool stopped() const noexcept { return stop_.load(std::memory_order_relaxed); }
    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    std::mutex mutex_;
    std::exception_ptr error_;
    std::atomic<bool> stop_{false};
};

// A thread's first exception needs memory of its own, and the process ends where there is none. It is
// claimed before the thread starts to work; the answer is false where memory is that short.
bool claim_exception_memory() {
    constexpr std::size_t plenty = std::size_t{1} << 14;
    void* probe = std::malloc(plenty);
    if (probe == nullptr) return false;
    std::free(probe);
    // Volatile, as the compiler would drop a call whose value is not used.
    [[maybe_unused]] const volatile int claimed = std::uncaught_exceptions();
    return true;
}

// Of each thread, since a poll belongs to a call and calls are made by threads. Nothing else is kept
// outside of what is passed, and only `Polling` writes it.
thread_local Polling* polling_of_this_thread = nullptr;

// Runs `worker` on this thread, with its polling, and on up to `threads - 1` more, without. A thread
// that cannot be started is done without: the others take over its share.
void run_workers(int threads, const std::function<void(Polling*)>& worker) {
    std::vector<std::thread> others;
    others.reserve(static_cast<std::size_t>(std::max(0, threads - 1)));
    for (int t = 1; t < threads; ++t) {
        try {
            others.emplace_back([&worker] {
                if (claim_exception_memory()) worker(nullptr);
            });
        } catch (...) {  // too many threads, or no memory for one
            break;
        }
    }
    worker(Polling::current());
    for (auto& other : others) other.join();
}

int useful_threads(std::int64_t blocks, int threads) {
    return static_cast<int>(std::clamp<std::int64_t>(threads, 1, std::max<std::int64_t>(1, blocks)));
}

// Finished blocks, given to `merge` one at a time and in order by whichever worker is free to do it.
class OrderedMerge {
public:
    OrderedMerge(std::int64_t blocks, int threads, const std::function<void(std::int64_t)>& merge)
        : finished_(static_cast<std::size_t>(blocks)), limit_(2 * std::int64_t{threads}), merge_(merge) {
    }

    // Waits while too many finished blocks are pending, so that a slow block cannot pile up memory.
    void wait_for_room(std::int64_t block, const FirstError& error) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return block < next_ + limit_ || error.stopped(); });
    }

    void deposit(std::int64_t block) {
        std::unique_lock lock(mutex_);
        finished_[static_cast<std::size_t>(block)] = true;
        if (merging_) return;
        merging_ = true;
        while (next_ < static_cast<std::int64_t>(finished_.size()) &&
               finished_[static_cast<std::size_t>(next_)]) {
            lock.unlock();
            merge_(next_);
            lock.lock();
            ++next_;
            room_.notify_all();
        }
        merging_ = false;
    }

    void release_waiting() {
        const std::lock_guard lock(mutex_);
        room_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable room_;
    std::vector<bool> finished_;
    std::int64_t next_ = 0;
    std::int64_t limit_;
    bool merging_ = false;
    const std::function<void(std::int64_t)>& merge_;
};

}  // namespace

Polling::Polling(std::function<void()> poll)
    : poll_(std::move(poll)), due_(std::chrono::steady_clock::now() + interval),
      outer_(polling_of_this_thread) {
    polling_of_this_thread = this;
}

Polling::~Polling() { polling_of_this_thread = outer_; }

Polling* Polling::current() { return polling_of_this_thread; }

void Polling::poll_when_due() {
    if (std::chrono::steady_clock::now() < due_) return;
    poll_();
    due_ = std::chrono::steady_clock::now() + interval;
}

void for_each_block(std::int64_t blocks, int threads, const std::function<void(std::int64_t)>& work) {
    std::atomic<std::int64_t> next{0};
    FirstError error;
    run_workers(useful_threads(blocks, threads), [&](Polling* polling) {
        while (!error.stopped()) {
            const std::int64_t block = next.fetch_add(1, std::memory_order_relaxed);
            if (block >= blocks) return;
            try {
                if (polling != nullptr) polling->poll_when_due();
                work(block);
            } catch (...) {
                error.capture();
            }
        }
    });
    error.rethrow();
}

void for_each_block_in_order(std::int64_t blocks, int threads,
                             const std::function<void(std::int64_t)>& work,
                             const std::function<void(std::int64_t)>& merge) {
    const int workers = useful_threads(blocks, threads);
    std::atomic<std::int64_t> next{0};
    FirstError error;
    OrderedMerge ordered(blocks, workers, merge);
    run_workers(workers, [&](Polling* polling) {
        while (!error.stopped()) {
            const std::int64_t block = next.fetch_add(1, std::memory_order_relaxed);
            if (block >= blocks) return;
            ordered.wait_for_room(block, error);
            try {
                if (polling != nullptr) polling->poll_when_due();
                work(block);
                ordered.deposit(block);
            } catch (...) {
                error.capture();
                ordered.release_waiting();
            }
        }
    });
    error.rethrow();
}

}  // namespace mensura
