// A column of a table: a vector whose elements are left uninitialized until they are written.
//
// Filling a large column with zeros first would touch all its memory once more, on one thread.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace mensura {

template <class T>
class UninitializedAllocator : public std::allocator<T> {
public:
    template <class U>
    struct rebind {
        using other = UninitializedAllocator<U>;
    };

    using std::allocator<T>::allocator;

    template <class U>
    void construct(U* place) noexcept {
        ::new (static_cast<void*>(place)) U;
    }
    template <class U, class... Arguments>
    void construct(U* place, Arguments&&... arguments) {
        ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
    }
};

template <class T>
using Column = std::vector<T, UninitializedAllocator<T>>;

}  // namespace mensura
