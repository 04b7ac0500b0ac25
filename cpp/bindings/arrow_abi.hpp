// The structs of the Arrow C data and stream interfaces: their layout, fixed for good by
// https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html, and what their
// owner promises. A struct whose `release` is null is empty: released, moved away, or the end of a
// stream.
#pragma once

#include <cstdint>

namespace mensura::python {

extern "C" {

// A type, for a column or, with one child per column, for a table.
struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    std::int64_t flags;
    std::int64_t n_children;
    ArrowSchema** children;
    ArrowSchema* dictionary;
    void (*release)(ArrowSchema*);
    void* private_data;
};

// The values of a column or a table.
struct ArrowArray {
    std::int64_t length;
    std::int64_t null_count;
    std::int64_t offset;
    std::int64_t n_buffers;
    std::int64_t n_children;
    const void** buffers;
    ArrowArray** children;
    ArrowArray* dictionary;
    void (*release)(ArrowArray*);
    void* private_data;
};

// Tables of one type, one after another. The calls return 0 or a code of errno.
struct ArrowArrayStream {
    int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
    int (*get_next)(ArrowArrayStream*, ArrowArray*);
    const char* (*get_last_error)(ArrowArrayStream*);
    void (*release)(ArrowArrayStream*);
    void* private_data;
};

}  // extern "C"

}  // namespace mensura::python
