// NumPy columns as an Arrow stream of one batch, in the capsules of the Arrow PyCapsule interface
// (https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html).
//
// Nothing is copied: the structs point into the arrays and keep them alive. Every column is kept by a
// count of its own, since a consumer may move the columns of a batch apart and drop them one by one,
// from any thread, with or without the GIL.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "arrow_abi.hpp"
#include "register.hpp"

namespace mensura::python {
namespace {

namespace py = pybind11;

using Metadata = std::map<std::string, std::string>;
using NamedFormat = std::tuple<std::string, std::string, Metadata>;  // name, format, metadata

constexpr const char* schema_name = "arrow_schema";
constexpr const char* stream_name = "arrow_array_stream";
constexpr const char* struct_format = "+s";

// What every Arrow library takes a field to be unless it is told otherwise. That no value is null is
// said by the arrays (null_count).
constexpr std::int64_t nullable = 2;

// The children of a struct, released with it save those that a consumer has moved away.
template <class Node>
class Children {
public:
    explicit Children(std::size_t count) : nodes_(count) {
        for (Node& node : nodes_) pointers_.push_back(&node);
    }
    Children(const Children&) = delete;
    Children& operator=(const Children&) = delete;
    ~Children() {
        for (Node& node : nodes_) {
            if (node.release != nullptr) node.release(&node);
        }
    }

    Node* at(std::size_t i) { return pointers_[i]; }
    Node** pointers() { return pointers_.data(); }
    std::int64_t count() const { return static_cast<std::int64_t>(nodes_.size()); }

private:
    std::vector<Node> nodes_;
    std::vector<Node*> pointers_;
};

// --- Types
// -----------------------------------------------------------------------------------------------

struct Field {
    std::string name;
    std::string format;
    std::string metadata;
};

void append_number(std::string& bytes, std::size_t number) {
    const auto value = static_cast<std::int32_t>(number);
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.append(raw, sizeof value);
}

// The number of pairs, then for each its key and its value, each behind its length.
std::string encoded(const Metadata& pairs) {
    std::string bytes;
    append_number(bytes, pairs.size());
    for (const auto& [key, value] : pairs) {
        append_number(bytes, key.size());
        bytes += key;
        append_number(bytes, value.size());
        bytes += value;
    }
    return bytes;
}

struct SchemaParts {
    Field field;
    Children<ArrowSchema> children;
};

void release_schema(ArrowSchema* schema) {
    delete static_cast<SchemaParts*>(schema->private_data);
    schema->release = nullptr;
}

void fill_schema(const Field& field, const std::vector<Field>& children, ArrowSchema* out) {
    std::unique_ptr<SchemaParts> parts(new SchemaParts{field, Children<ArrowSchema>(children.size())});
    for (std::size_t i = 0; i < children.size(); ++i)
        fill_schema(children[i], {}, parts->children.at(i));
    *out = {};
    out->format = parts->field.format.c_str();
    out->name = parts->field.name.c_str();
    out->metadata = parts->field.metadata.data();
    out->flags = nullable;
    out->n_children = parts->children.count();
    out->children = parts->children.pointers();
    out->release = &release_schema;
    out->private_data = parts.release();
}

struct TableType {
    Field table;
    std::vector<Field> columns;
};

TableType table_type(const std::vector<NamedFormat>& fields, const Metadata& metadata) {
    TableType type{{"", struct_format, encoded(metadata)}, {}};
    for (const auto& [name, format, pairs] : fields)
        type.columns.push_back({name, format, encoded(pairs)});
    return type;
}

// --- Values
// ----------------------------------------------------------------------------------------------

bool interpreter_runs() {
#if PY_VERSION_HEX >= 0x030D0000
    return Py_IsInitialized() != 0 && Py_IsFinalizing() == 0;
#else
    return Py_IsInitialized() != 0 && _Py_IsFinalizing() == 0;
#endif
}

// Where the interpreter has ended, or is about to, nobody can drop an array any more: it is left.
void drop_arrays(const std::vector<py::array>* arrays) {
    if (!interpreter_runs()) return;
    const py::gil_scoped_acquire with_gil;
    delete arrays;
}

// A column without nulls: pointers into arrays, which stay alive with it.
struct KeptColumn {
    std::shared_ptr<const std::vector<py::array>> arrays;
    std::vector<const void*> buffers;
};

KeptColumn kept(std::vector<py::array>&& arrays) {
    KeptColumn column;
    column.buffers.push_back(nullptr);  // the bits that tell which values are there: all
    for (const py::array& array : arrays) column.buffers.push_back(array.data());
    column.arrays = {new std::vector<py::array>(std::move(arrays)), &drop_arrays};
    return column;
}

struct ArrayParts {
    KeptColumn column;
    Children<ArrowArray> children;
};

void release_array(ArrowArray* array) {
    delete static_cast<ArrayParts*>(array->private_data);
    array->release = nullptr;
}

void fill_array(const KeptColumn& column, const std::vector<KeptColumn>& children, std::int64_t length,
                ArrowArray* out) {
    std::unique_ptr<ArrayParts> parts(new ArrayParts{column, Children<ArrowArray>(children.size())});
    for (std::size_t i = 0; i < children.size(); ++i) {
        fill_array(children[i], {}, length, parts->children.at(i));
    }
    *out = {};
    out->length = length;
    out->n_buffers = static_cast<std::int64_t>(parts->column.buffers.size());
    out->buffers = parts->column.buffers.data();
    out->n_children = parts->children.count();
    out->children = parts->children.pointers();
    out->release = &release_array;
    out->private_data = parts.release();
}

// --- The stream
// ------------------------------------------------------------------------------------------

struct Stream {
    TableType type;
    std::vector<KeptColumn> columns;
    std::int64_t length;
    bool delivered;
};

Stream& stream_of(ArrowArrayStream* stream) { return *static_cast<Stream*>(stream->private_data); }

// No exception may pass through the interface, and memory is all that can be missing.
template <class Work>
int error_code_of(Work work) {
    try {
        work();
        return 0;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

int get_schema(ArrowArrayStream* self, ArrowSchema* out) {
    const TableType& type = stream_of(self).type;
    return error_code_of([&] { fill_schema(type.table, type.columns, out); });
}

int get_next(ArrowArrayStream* self, ArrowArray* out) {
    Stream& stream = stream_of(self);
    if (stream.delivered) {
        *out = {};
        return 0;
    }
    return error_code_of([&] {
        const KeptColumn rows{nullptr, {nullptr}};  // of the table: no bits either
        fill_array(rows, stream.columns, stream.length, out);
        stream.delivered = true;
    });
}

const char* get_last_error(ArrowArrayStream*) { return "out of memory"; }

void release_stream(ArrowArrayStream* self) {
    delete &stream_of(self);
    self->release = nullptr;
}

// --- Capsules
// --------------------------------------------------------------------------------------------

// A capsule around an empty struct, and the struct. What nobody has moved away is released with the
// capsule.
template <class Node>
std::pair<py::capsule, Node*> new_capsule(const char* name) {
    auto node = std::make_unique<Node>();
    py::capsule capsule(
        node.get(), name, +[](void* pointer) {
            const std::unique_ptr<Node> owned(static_cast<Node*>(pointer));
            if (owned->release != nullptr) owned->release(owned.get());
        });
    return {std::move(capsule), node.release()};
}

py::capsule arrow_schema(const std::vector<NamedFormat>& fields, const Metadata& metadata) {
    const TableType type = table_type(fields, metadata);
    auto [capsule, schema] = new_capsule<ArrowSchema>(schema_name);
    fill_schema(type.table, type.columns, schema);
    return capsule;
}

// `columns` are the buffers of each column, in the order of Arrow and without the one for nulls.
py::capsule arrow_stream(const std::vector<NamedFormat>& fields, const Metadata& metadata,
                         std::vector<std::vector<py::array>> columns, std::int64_t length) {
    auto stream = std::make_unique<Stream>(Stream{table_type(fields, metadata), {}, length, false});
    for (auto& arrays : columns) stream->columns.push_back(kept(std::move(arrays)));
    auto [capsule, out] = new_capsule<ArrowArrayStream>(stream_name);
    *out = {&get_schema, &get_next, &get_last_error, &release_stream, stream.release()};
    return capsule;
}

// The names of the columns of a schema in a capsule; none where it is not the schema of a table.
std::optional<std::vector<std::string>> names_in_schema(const py::object& capsule) {
    if (PyCapsule_IsValid(capsule.ptr(), schema_name) == 0) {
        throw py::type_error("requested_schema must be a capsule named 'arrow_schema' or None");
    }
    const auto* schema = static_cast<ArrowSchema*>(PyCapsule_GetPointer(capsule.ptr(), schema_name));
    if (schema->release == nullptr) throw py::value_error("requested_schema has been released");
    if (std::strcmp(schema->format, struct_format) != 0) return std::nullopt;
    std::vector<std::string> names;
    std::for_each_n(schema->children, schema->n_children, [&](const ArrowSchema* child) {
        names.emplace_back(child->name == nullptr ? "" : child->name);
    });
    return names;
}

}  // namespace

void register_arrow(py::module_& module) {
    module.def("arrow_schema", &arrow_schema, py::arg("fields"), py::arg("metadata"));
    module.def("arrow_stream", &arrow_stream, py::arg("fields"), py::arg("metadata"), py::arg("columns"),
               py::arg("length"));
    module.def("names_in_arrow_schema", &names_in_schema, py::arg("schema"));
}

}  // namespace mensura::python
