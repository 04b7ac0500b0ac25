// Which instruction set the leaf kernels run on.
//
// The few innermost loops are built several times, for the portable baseline and for wider vectors, and
// one build is chosen once, at the first call: the widest the machine has, or the one that the
// environment variable MENSURA_ISA names. Every build computes the same bits.
#pragma once

#include <string>
#include <vector>

namespace mensura {

// Names usable on this machine, narrowest first: "baseline", then "avx2", "avx512" and "avx512vbmi2"
// where present; "avx2" takes FMA too, and the last one VPOPCNTDQ.
std::vector<std::string> available_isas();

// The name in use. Throws std::runtime_error where MENSURA_ISA names one that is not available.
std::string active_isa();

}  // namespace mensura
