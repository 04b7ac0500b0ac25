// The contacts of two rows, piece by piece, with the values read where they tell runs apart.
#pragma once

#include <algorithm>
#include <vector>

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
          earlier_(image), both_(static_cast<std::size_t>(words_)),
          found_(static_cast<std::size_t>(contacts_per_pixel * words_at_once * word_bits)) {}

    // Starts with row r as the current one.
    void start_row(std::int64_t r) {
        if (by_value_) current_values_ = current_.read(r, 0, width_);
    }

    // Calls edge(a, b) for the contacts of runs a of row r with runs b of row `other`.
    template <class Edge>
    void visit(std::int64_t r, const JoinRow& c, std::int64_t other, const JoinRow& p, bool diagonal,
               Edge edge) {
        start_row(r);
        visit(c, other, p, diagonal, nullptr, both_.data(), edge);
    }

    // The same for the current row, with `implied` as the kernel takes it. Writes to `both` the pixels
    // that are foreground in the two rows and hold the same value where values matter.
    template <class Edge>
    void visit(const JoinRow& c, std::int64_t other, const JoinRow& p, bool diagonal,
               const Word* implied, Word* both, Edge edge) {
        if (by_value_) {
            const ValueRow<T> cv{c, current_values_};
            const ValueRow<T> pv{p, earlier_.read(other, 0, width_)};
            visit_words(edge, [&](std::int64_t begin, std::int64_t end) {
                return scan_kernels_of<T>().equal_contacts(cv, pv, width_, implied, diagonal, begin, end,
                                                           both, found_.data());
            });
        } else {
            for (std::int64_t w = 0; w < words_; ++w) both[w] = c.foreground[w] & p.foreground[w];
            visit_words(edge, [&](std::int64_t begin, std::int64_t end) {
                return kernels().contacts(c, p, implied, diagonal, begin, end, found_.data());
            });
        }
    }

    // Whether two pixels that are foreground belong together where they touch.
    bool alike(std::int64_t r, std::int64_t x, std::int64_t other, std::int64_t other_x) {
        return !by_value_ || *current_.read(r, x, 1) == *earlier_.read(other, other_x, 1);
    }

private:
    static constexpr std::int64_t words_at_once = 64;

    // Calls edge(a, b) for what find(first word, one past the last) finds.
    template <class Edge, class Find>
    void visit_words(Edge edge, Find find) {
        for (std::int64_t w = 0; w < words_; w += words_at_once) {
            const std::int64_t count = find(w, std::min(words_, w + words_at_once));
            for (std::int64_t k = 0; k < count; ++k) {
                const Contact& contact = found_[static_cast<std::size_t>(k)];
                edge(contact.current, contact.earlier);
            }
        }
    }

    bool by_value_;
    std::int64_t width_;
    std::int64_t words_;
    RowReader<T> current_;
    RowReader<T> earlier_;
    const T* current_values_ = nullptr;
    Column<Word> both_;
    Column<Contact> found_;
};

}  // namespace mensura
