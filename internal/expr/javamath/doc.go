// Package javamath computes elementary functions to the digits that Java gives.
//
// Java's Math has two kinds of them. SIN, COS, TAN, EXP, LOG, LOG10 and POW are
// intrinsics with an error that is hardly more than half a unit in the last
// place; here they are computed in twice the precision and rounded once. ASIN,
// ACOS, ATAN, ATAN2, SINH, COSH and TANH are fixed by the specification to the
// fdlibm algorithms, errors included; here they follow the same approximations.
package javamath
