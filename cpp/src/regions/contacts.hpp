// The contacts of two rows, piece by piece, with the values read where they tell runs apart.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "image/rows.hpp"
#include "mensura/column.hpp"
#include "runs/kernel_of.hpp"
#include "runs/row_runs.hpp"

namespace mensura {

// A row that another is compared with.
struct OtherRow {
    std::int64_t row;
    JoinRow bits;
};

template <class T>
class Contacts {
public:
    // How many rows one is compared with at most.
    static constexpr std::size_t most_others = 4;

    Contacts(const ImageView& image, bool by_value)
        : by_value_(by_value), width_(image.shape.width), words_(words_for(width_)), current_(image),
          earlier_{RowReader<T>(image), RowReader<T>(image), RowReader<T>(image), RowReader<T>(image)},
          bits_(static_cast<std::size_t>(words_) * 3 * most_others),
          found_(static_cast<std::size_t>(contacts_per_pixel * words_at_once * word_bits)) {
        for (std::size_t k = 0; k < most_others; ++k) {
            Word* bits = bits_.data() + static_cast<std::int64_t>(3 * k) * words_;
            agreements_[k] = {bits, bits + words_, bits + 2 * words_};
        }
    }

    // Calls edge(a, b) for the contacts of runs a of row r with runs b of another.
    template <class Edge>
    void visit(std::int64_t r, const JoinRow& c, std::int64_t other, const JoinRow& p, bool diagonal,
               Edge edge) {
        const OtherRow only{other, p};
        if (by_value_) compare_values(r, c, {&only, 1}, diagonal);
        visit_compared(0, c, p, nullptr, diagonal, edge);
    }

    // Compares row r with others; visit_compared() then finds its contacts with one of them.
    void compare(std::int64_t r, const JoinRow& c, std::span<const OtherRow> others, bool diagonal) {
        if (by_value_) {
            compare_values(r, c, others, diagonal);
            return;
        }
        for (std::size_t k = 0; k < others.size(); ++k) {
            Word* same = agreements_[k].same;
            for (std::int64_t w = 0; w < words_; ++w) {
                same[w] = c.foreground[w] & others[k].bits.foreground[w];
            }
        }
    }

    // The pixels that are foreground in row r and in the k-th other row, and hold the same value where
    // values matter.
    const Word* same(std::size_t k) const { return agreements_[k].same; }

    // As visit(), without the contacts that are `implied`.
    template <class Edge>
    void visit_compared(std::size_t k, const JoinRow& c, const JoinRow& p, const Word* implied,
                        bool diagonal, Edge edge) {
        const KernelTable& kernel = kernels();
        for (std::int64_t w = 0; w < words_; w += words_at_once) {
            const std::int64_t end = std::min(words_, w + words_at_once);
            const std::int64_t count =
                by_value_ ? kernel.equal_contacts(c, p, agreements_[k], implied, diagonal, w, end,
                                                  found_.data())
                          : kernel.contacts(c, p, implied, diagonal, w, end, found_.data());
            for (std::int64_t i = 0; i < count; ++i) {
                const Contact& contact = found_[static_cast<std::size_t>(i)];
                edge(contact.current, contact.earlier);
            }
        }
    }

    // Whether two pixels that are foreground belong together where they touch.
    bool alike(std::int64_t r, std::int64_t x, std::int64_t other, std::int64_t other_x) {
        return !by_value_ || *current_.read(r, x, 1) == *earlier_[0].read(other, other_x, 1);
    }

private:
    static constexpr std::int64_t words_at_once = 64;

    void compare_values(std::int64_t r, const JoinRow& c, std::span<const OtherRow> others,
                        bool diagonal) {
        std::array<const T*, most_others> values{};
        for (std::size_t k = 0; k < others.size(); ++k) {
            values[k] = earlier_[k].read(others[k].row, 0, width_);
        }
        scan_kernels_of<T>().compare(current_.read(r, 0, width_), values.data(),
                                     static_cast<int>(others.size()), width_, diagonal,
                                     agreements_.data());
        for (std::size_t k = 0; k < others.size(); ++k) {
            keep_foreground(c.foreground, others[k].bits.foreground, agreements_[k], diagonal);
        }
    }

    // Where both pixels lie in runs. Those of a start do, unless somebody else writes to the image
    // meanwhile, and then a run would be looked up that is not there.
    void keep_foreground(const Word* c, const Word* p, const Agreement& agreement, bool diagonal) {
        for (std::int64_t w = 0; w < words_; ++w) agreement.same[w] &= c[w] & p[w];
        if (!diagonal) return;
        Word before = 0;  // the last pixel of the word before
        for (std::int64_t w = 0; w < words_; ++w) {
            agreement.left[w] &= c[w] << 1 | before;
            agreement.right[w] &= p[w];
            before = c[w] >> (word_bits - 1);
        }
    }

    bool by_value_;
    std::int64_t width_;
    std::int64_t words_;
    RowReader<T> current_;
    std::array<RowReader<T>, most_others> earlier_;
    Column<Word> bits_;
    std::array<Agreement, most_others> agreements_;
    Column<Contact> found_;
};

}  // namespace mensura
