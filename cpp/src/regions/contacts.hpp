// The contacts of two rows, piece by piece, with the values read where they tell runs apart.
#pragma once

#include <algorithm>
#include <vector>

#include "image/rows.hpp"
#include "runs/kernel_of.hpp"
#include "runs/row_runs.hpp"

namespace mensura {

template <class T>
class Contacts {
public:
    Contacts(const ImageView& image, bool by_value)
        : by_value_(by_value), width_(image.shape.width), words_(words_for(width_)), current_(image),
          earlier_(image), equal_(static_cast<std::size_t>(by_value ? words_ : 0)),
          found_(static_cast<std::size_t>(contacts_per_pixel * words_at_once * word_bits)) {}

    // Calls edge(a, b) for every contact of run a of row r with run b of row `other`.
    template <class Edge>
    void visit(std::int64_t r, const JoinRow& c, std::int64_t other, const JoinRow& p, bool diagonal,
               Edge edge) {
        ValueRow<T> cv{c, nullptr};
        ValueRow<T> pv{p, nullptr};
        if (by_value_) {
            cv.values = current_.read(r, 0, width_);
            pv.values = earlier_.read(other, 0, width_);
            scan_kernels_of<T>().equal(cv.values, pv.values, width_, equal_.data());
        }
        for (std::int64_t w = 0; w < words_; w += words_at_once) {
            const std::int64_t end = std::min(words_, w + words_at_once);
            const std::int64_t count =
                by_value_ ? scan_kernels_of<T>().equal_contacts(cv, pv, equal_.data(), diagonal, w, end,
                                                                found_.data())
                          : kernels().contacts(c, p, diagonal, w, end, found_.data());
            for (std::int64_t k = 0; k < count; ++k) {
                const Contact& contact = found_[static_cast<std::size_t>(k)];
                edge(contact.current, contact.earlier);
            }
        }
    }

    // Whether two pixels that are foreground belong together where they touch.
    bool alike(std::int64_t r, std::int64_t x, std::int64_t other, std::int64_t other_x) {
        return !by_value_ || *current_.read(r, x, 1) == *earlier_.read(other, other_x, 1);
    }

private:
    static constexpr std::int64_t words_at_once = 64;

    bool by_value_;
    std::int64_t width_;
    std::int64_t words_;
    RowReader<T> current_;
    RowReader<T> earlier_;
    std::vector<Word> equal_;
    std::vector<Contact> found_;
};

}  // namespace mensura
