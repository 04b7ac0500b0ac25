// Sums as bytes, for sending an accumulator to another process of the same machine type.
//
// Values go in the memory layout of this build; the header that accumulator.cpp writes first tells a
// build of another layout apart.
#pragma once

#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace mensura {

class ByteWriter {
public:
    template <class T>
    void write(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

    template <class T>
    void read(T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (bytes_.size() < sizeof(T)) throw std::invalid_argument("the bytes end too soon");
        std::memcpy(static_cast<void*>(&value), bytes_.data(), sizeof(T));
        bytes_.remove_prefix(sizeof(T));
    }
    template <class T>
    T read() {
        T value{};
        read(value);
        return value;
    }
    bool at_end() const { return bytes_.empty(); }
    // Refuses a count of items that the bytes left cannot hold, before memory is taken for them.
    void expect_items(std::size_t items, std::size_t least_size) const {
        if (items > bytes_.size() / least_size) throw std::invalid_argument("the bytes end too soon");
    }

private:
    std::string_view bytes_;
};

}  // namespace mensura
