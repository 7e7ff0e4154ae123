#include <stdint.h>

/* Samples that are made at once; numbers of samples are multiples of it. */
#define LANES 64

/*
 * The noise of samples first … first + n − 1, rows `stride` apart: so many rows of standard normals, and where `drawn_from` is not
 * 0 a row of integers below it. The bits are those of fillNormals and fillUniforms in ../../src/random; `table`: wholeNormalTable() there.
 */
void fill_noise(double *out, long stride, long first, long n, long normals, long drawn_from, uint32_t seed, const double *table);
