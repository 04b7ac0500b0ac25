// Rows of a table that come one after the other, written several at once.
//
// The same row of many columns lies in lines that displace each other in the cache, so each column gets
// a line's worth at once.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace mensura {

// write(first, rows) writes neighboring rows from row `first` on. All are written when this goes out of
// scope.
template <class Row, class Write>
class RowsInTurn {
public:
    explicit RowsInTurn(Write write) : write_(std::move(write)) {}
    RowsInTurn(const RowsInTurn&) = delete;
    RowsInTurn& operator=(const RowsInTurn&) = delete;
    ~RowsInTurn() { flush(); }

    // What is to be set for a row before the next one is asked for.
    Row& row(std::size_t row) {
        if (count_ == rows_.size() || row != first_ + count_) {
            flush();
            first_ = row;
        }
        return rows_[count_++];
    }

private:
    void flush() {
        write_(first_, std::span<const Row>(rows_.data(), count_));
        count_ = 0;
    }

    Write write_;
    std::array<Row, 8> rows_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace mensura
