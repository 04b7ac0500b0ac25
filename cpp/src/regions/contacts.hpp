// The contacts of two rows, piece by piece, with the values read where they tell runs apart.
#pragma once

#include <algorithm>

#include "image/rows.hpp"
#include "mensura/column.hpp"
#include "runs/kernel_of.hpp"
#include "runs/row_runs.hpp"

namespace mensura {

template <class T>
class Contacts {
public:
    Contacts(const ImageView& image, bool by_value)
        : by_value_(by_value), width_(image.shape.width), words_(words_for(width_)), current_(image),
          earlier_(image), same_(static_cast<std::size_t>(words_)), nothing_(same_.size(), Word{0}),
          found_(static_cast<std::size_t>(contacts_per_pixel * words_at_once * word_bits + 1)) {}

    // Calls edge(a, b) for the contacts of runs a of row r with runs b of another.
    template <class Edge>
    void visit(std::int64_t r, const JoinRow& c, std::int64_t other, const JoinRow& p, bool diagonal,
               Edge edge) {
        turn_to(r, c);
        if (by_value_) compare(other, p);
        visit_compared(p, nullptr, diagonal, edge);
    }

    // Turns to row r, which compare() then compares with others.
    void turn_to(std::int64_t r, const JoinRow& c) {
        c_ = {by_value_ ? current_.read(r, 0, width_) : nullptr, c};
    }

    // Returns the pixels that are foreground in the current row and in another one, and hold the same
    // value where values matter. Valid until the next call.
    const Word* compare(std::int64_t other, const JoinRow& p) {
        if (by_value_) {
            other_values_ = earlier_.read(other, 0, width_);
            scan_kernels_of<T>().compare(c_.values, other_values_, c_.bits.foreground, p.foreground,
                                         width_, same_.data());
        } else {
            for (std::int64_t w = 0; w < words_; ++w) {
                same_[static_cast<std::size_t>(w)] = c_.bits.foreground[w] & p.foreground[w];
            }
        }
        return same_.data();
    }

    // Calls edge(a, b) for the contacts of runs a of the current row with runs b of the row last
    // compared, without those that are `implied`.
    template <class Edge>
    void visit_compared(const JoinRow& p, const Word* implied, bool diagonal, Edge edge) {
        for (std::int64_t w = 0; w < words_; w += words_at_once) {
            const std::int64_t count =
                find(p, implied, diagonal, w, std::min(words_, w + words_at_once));
            for (std::int64_t i = 0; i < count; ++i) {
                const Contact& contact = found_[static_cast<std::size_t>(i)];
                edge(contact.current, contact.earlier);
            }
        }
    }

    // Whether two pixels that are foreground belong together where they touch.
    bool alike(std::int64_t r, std::int64_t x, std::int64_t other, std::int64_t other_x) {
        return !by_value_ || *current_.read(r, x, 1) == *earlier_.read(other, other_x, 1);
    }

private:
    // So few that their contacts are no long vector, whose memory each strip would ask the system for.
    static constexpr std::int64_t words_at_once = 32;

    std::int64_t find(const JoinRow& p, const Word* implied, bool diagonal, std::int64_t begin,
                      std::int64_t end) {
        if (!by_value_) {
            return kernels().contacts(c_.bits, p, implied, diagonal, begin, end, found_.data());
        }
        const ValueRow<T> other{other_values_, p};
        if (implied == nullptr) implied = nothing_.data();
        return scan_kernels_of<T>().value_contacts(c_, other, same_.data(), implied, diagonal, begin,
                                                   end, found_.data());
    }

    bool by_value_;
    std::int64_t width_;
    std::int64_t words_;
    RowReader<T> current_;
    RowReader<T> earlier_;
    ValueRow<T> c_{};
    const T* other_values_ = nullptr;
    Column<Word> same_;
    Column<Word> nothing_;
    Column<Contact> found_;
};

}  // namespace mensura
