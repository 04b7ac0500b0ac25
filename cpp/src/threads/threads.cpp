// Worker threads over an atomic block counter; see threads.hpp.
//
// What a thread does is one call of a worker, which takes blocks until none is left. The thread that
// asks for it works too; its helpers claim what it offers to them. One that has done its part looks out
// for the next offer, giving way to whatever else wants to run, and ends when none came for a while: so
// handing over work wakes nobody up. A thread takes its time to end, so those who are not needed again
// do not wait to be told.
#include "mensura/threads.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <list>
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
// outside of what is passed, and only `Polling` and `Team` write these.
thread_local Polling* polling_of_this_thread = nullptr;
thread_local Team::Helpers* helpers_of_this_thread = nullptr;

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

// The threads that work for another one, and its offer to them.
class Team::Helpers {
public:
    using Worker = std::function<void(Polling*)>;

    Helpers() = default;
    ~Helpers() {
        stay_.store(false, std::memory_order_relaxed);
        for (auto& helper : helpers_) helper.thread.join();
    }
    Helpers(const Helpers&) = delete;
    Helpers& operator=(const Helpers&) = delete;

    // Runs `worker` on this thread, with its polling, and on up to `threads - 1` others, without. Not
    // while it is run.
    void run(int threads, const Worker& worker) {
        offer(threads - 1, worker);
        worker(Polling::current());
        withdraw();
    }

    bool runs() const { return worker_ != nullptr; }
    // The helpers of the next run do not wait for another one.
    void before_last() { next_is_last_ = true; }

private:
    struct Helper {
        std::thread thread;
        std::atomic<bool> left{false};
    };

    static constexpr std::chrono::microseconds patience{200};

    void offer(int count, const Worker& worker) {
        helpers_.remove_if([](Helper& helper) {
            if (!helper.left.load(std::memory_order_acquire)) return false;
            helper.thread.join();
            return true;
        });
        stay_.store(!std::exchange(next_is_last_, false), std::memory_order_relaxed);
        int missing = 0;
        {
            const std::lock_guard lock(mutex_);
            worker_ = &worker;
            offered_.store(count, std::memory_order_relaxed);
            missing = std::max(0, count - idle_);
            idle_ += missing;
        }
        for (; missing > 0; --missing) {
            if (!start()) break;
        }
        if (missing > 0) {
            const std::lock_guard lock(mutex_);
            idle_ -= missing;
        }
    }

    // One that cannot be started is done without: the others take over its share.
    bool start() {
        try {
            Helper& helper = helpers_.emplace_front();
            try {
                helper.thread = std::thread([this, &helper] { help(helper); });
                return true;
            } catch (...) {  // too many threads
                helpers_.pop_front();
            }
        } catch (...) {  // no memory for one
        }
        return false;
    }

    void help(Helper& helper) {
        if (claim_exception_memory()) {
            while (const Worker* worker = claim_soon()) {
                (*worker)(nullptr);
                const std::lock_guard lock(mutex_);
                ++idle_;
                working_.fetch_sub(1, std::memory_order_relaxed);
                done_.notify_one();
            }
        } else {
            const std::lock_guard lock(mutex_);
            --idle_;
        }
        helper.left.store(true, std::memory_order_release);
    }

    // Part of an offer; null where none came for a while, or none will: the helper counts no longer.
    const Worker* claim_soon() {
        const auto until = std::chrono::steady_clock::now() + patience;
        for (;;) {
            const bool waits =
                stay_.load(std::memory_order_relaxed) && std::chrono::steady_clock::now() < until;
            if (!waits || offered_.load(std::memory_order_relaxed) != 0) {
                const std::lock_guard lock(mutex_);
                const bool claims = offered_.load(std::memory_order_relaxed) != 0;
                if (claims || !waits) --idle_;
                if (claims) {
                    offered_.fetch_sub(1, std::memory_order_relaxed);
                    working_.fetch_add(1, std::memory_order_relaxed);
                    return worker_;
                }
                if (!waits) return nullptr;
            }
            std::this_thread::yield();
        }
    }

    // Takes back what nobody has claimed, and waits for those who have.
    void withdraw() {
        std::unique_lock lock(mutex_);
        offered_.store(0, std::memory_order_relaxed);
        lock.unlock();
        const auto until = std::chrono::steady_clock::now() + patience;
        while (working_.load(std::memory_order_relaxed) != 0 &&
               std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
        lock.lock();
        done_.wait(lock, [this] { return working_.load(std::memory_order_relaxed) == 0; });
        worker_ = nullptr;
    }

    std::list<Helper> helpers_;
    bool next_is_last_ = false;
    // What follows changes only while the mutex is held; atomic is what is looked at without.
    std::mutex mutex_;
    std::condition_variable done_;
    const Worker* worker_ = nullptr;
    std::atomic<int> offered_{0};
    std::atomic<int> working_{0};
    int idle_ = 0;  // helpers that may still claim: those that look out for an offer or are about to
    std::atomic<bool> stay_{false};
};

namespace {

// Runs `worker` on this thread and on up to `threads - 1` others: those of its team, where they are not
// at work already.
void run_workers(int threads, const std::function<void(Polling*)>& worker) {
    if (threads == 1) return worker(Polling::current());
    Team::Helpers* team = Team::current();
    if (team != nullptr && !team->runs()) return team->run(threads, worker);
    Team::Helpers helpers;
    helpers.before_last();
    helpers.run(threads, worker);
}

}  // namespace

Team::Team() {
    if (helpers_of_this_thread != nullptr) return;
    helpers_ = std::make_unique<Helpers>();
    helpers_of_this_thread = helpers_.get();
}

Team::~Team() {
    if (helpers_ != nullptr) helpers_of_this_thread = nullptr;
}

void Team::before_last() {
    if (helpers_of_this_thread != nullptr) helpers_of_this_thread->before_last();
}

Team::Helpers* Team::current() { return helpers_of_this_thread; }

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
