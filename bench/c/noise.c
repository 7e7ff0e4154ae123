/* Threefry-4x32-20 and the table of normals as in ../../src/random, step by step: LANES samples at a time, in loops that gcc vectorises. */
#include "noise.h"

#include <math.h>
#include <string.h>

#define PARITY 0x1bd11bda
#define MIX(a, b, rotation) a += b, b = (b << rotation | b >> (32 - rotation)) ^ a
#define FOUR_ROUNDS(r0, r1, r2, r3, r4, r5, r6, r7)                                           \
  MIX(x0, x1, r0), MIX(x2, x3, r1), MIX(x0, x3, r2), MIX(x2, x1, r3), MIX(x0, x1, r4), \
      MIX(x2, x3, r5), MIX(x0, x3, r6), MIX(x2, x1, r7)
#define EVEN_ROUNDS FOUR_ROUNDS(10, 26, 11, 21, 13, 27, 23, 5)
#define ODD_ROUNDS FOUR_ROUNDS(6, 20, 17, 11, 25, 10, 18, 20)
#define ADD_KEY(a, b, c, d, times) x0 += k[a], x1 += k[b], x2 += k[c], x3 += k[d] + times

typedef uint32_t words_t[4][LANES];

/* The words of counters (first + i, 0, c2, c3). */
static void blocks(words_t words, uint32_t seed, uint32_t first, uint32_t c2, uint32_t c3) {
  const uint32_t k[5] = {seed, 0, 0, 0, PARITY ^ seed};
  for (int i = 0; i < LANES; i++) {
    uint32_t x0 = first + i, x1 = 0, x2 = c2, x3 = c3;
    ADD_KEY(0, 1, 2, 3, 0);
    EVEN_ROUNDS, ADD_KEY(1, 2, 3, 4, 1);
    ODD_ROUNDS, ADD_KEY(2, 3, 4, 0, 2);
    EVEN_ROUNDS, ADD_KEY(3, 4, 0, 1, 3);
    ODD_ROUNDS, ADD_KEY(4, 0, 1, 2, 4);
    EVEN_ROUNDS, ADD_KEY(0, 1, 2, 3, 5);
    words[0][i] = x0, words[1][i] = x1, words[2][i] = x2, words[3][i] = x3;
  }
}

/* Four lanes: vectors of gcc, because it does not vectorise a lookup well by itself. */
typedef int32_t ints __attribute__((vector_size(16), aligned(4)));
typedef uint64_t longs __attribute__((vector_size(32), aligned(8)));
typedef double doubles __attribute__((vector_size(32), aligned(8)));

/* Four coefficients of four lanes: those of a lane lie side by side. */
static inline void coefficients(doubles c[4], const double *table, longs at) {
  doubles lane[4];
  for (int i = 0; i < 4; i++) lane[i] = *(const doubles *)(table + at[i]);
  for (int odd = 0; odd < 2; odd++) {
    longs pick = odd ? (longs){1, 5, 3, 7} : (longs){0, 4, 2, 6};
    doubles low = __builtin_shuffle(lane[0], lane[1], pick), high = __builtin_shuffle(lane[2], lane[3], pick);
    c[odd] = __builtin_shuffle(low, high, (longs){0, 1, 4, 5});
    c[odd + 2] = __builtin_shuffle(low, high, (longs){2, 3, 6, 7});
  }
}

/* Tail probabilities (k + 1/2)/2^32 with k below this lie beyond the table. */
#define LEAST 0x80000

static void normals_of(double *out, const uint32_t *words, const double *table) {
  for (int i = 0; i < LANES; i += 4) {
    ints word = *(const ints *)(words + i), k = word & 0x7fffffff;
    k |= (k < LEAST) & LEAST; /* whatever it is: `tails` makes those anew */
    /* The exponent of k + 1/2 is the octave, its first four digits are the piece, those after them t from -1 to 1. */
    longs bits = (longs)(__builtin_convertvector(k, doubles) + 0.5), head = bits >> 48;
    longs at = 8 * (16 * 11 + 0x4120 - head + 2 * (head & 15));
    doubles t = (doubles)((bits & 0xffffffffffff) | 0x4040000000000000) - 33, c[4], d[4];
    coefficients(c, table, at);
    coefficients(d, table + 4, at);
    doubles x = ((((((d[3] * t + d[2]) * t + d[1]) * t + d[0]) * t + c[3]) * t + c[2]) * t + c[1]) * t + c[0];
    longs sign = (longs)__builtin_convertvector(word, doubles) & 0x8000000000000000;
    *(doubles *)(out + i) = (doubles)((longs)x ^ sign);
  }
}

static double horner(double x, const double *c) {
  return ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
}

/* The library's own logarithm, of a normal number. */
static double logarithm(double x) {
  uint64_t bits;
  memcpy(&bits, &x, 8);
  int k = (int)((bits >> 32) + 0x95f62 >> 20) - 1023;
  double f = ldexp(x, -k) - 1, square = 0.5 * f * f, s = f / (2 + f), z = s * s, w = z * z;
  double even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  double odd = z * (6.66666666666673513e-1 +
                    w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  return s * (square + (odd + even)) + k * 1.90821492927058770002e-10 - square + f + k * 6.9314718036912382e-1;
}

/* normalQuantile of ../../src/autodiff/special for small p. */
static double quantile(double p) {
  static const double near[2][8] = {
      {1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
       0.24178072517745061177, 2.27238449892691845833e-2, 7.7454501427834140764e-4},
      {1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
       1.51986665636164571966e-2, 5.475938084995344946e-4, 1.05075007164441684324e-9}};
  static const double far[2][8] = {
      {6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 2.6532189526576123093e-2,
       1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
      {1, 0.59983220655588793769, 0.13692988092273580531, 1.48753612908506148525e-2, 7.868691311456132591e-4,
       1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15}};
  double r = sqrt(-logarithm(p));
  return r <= 5 ? -(horner(r - 1.6, near[0]) / horner(r - 1.6, near[1])) : -(horner(r - 5, far[0]) / horner(r - 5, far[1]));
}

/* The normals of words beyond the table, with 32 bits more from counters of another kind. */
static void tails(double *out, const uint32_t *words, int j, uint32_t seed, uint32_t first, uint32_t block) {
  words_t more;
  blocks(more, seed, first, 0x50000000 + block, 0);
  for (int i = 0; i < LANES; i++) {
    uint32_t k = words[i] & 0x7fffffff;
    if (k >= LEAST) continue;
    double x = quantile((k * 0x1p32 + more[j][i] + 0.5) * 0x1p-64);
    out[i] = words[i] == k ? x : -x;
  }
}

void fill_noise(double *out, long stride, long first, long n, long normals, long drawn_from, uint32_t seed, const double *table) {
  words_t words;
  for (long at = 0; at < n; at += LANES) {
    uint32_t sample = first + at;
    for (long row = 0; row < normals; row++) {
      int j = row % 4;
      if (j == 0) blocks(words, seed, sample, row / 4, 0);
      double *place = out + row * stride + at;
      normals_of(place, words[j], table);
      uint32_t least = LEAST;
      for (int i = 0; i < LANES; i++) {
        uint32_t k = words[j][i] & 0x7fffffff;
        least = k < least ? k : least;
      }
      if (least < LEAST) tails(place, words[j], j, seed, sample, row / 4);
    }
    if (drawn_from == 0) continue;
    blocks(words, seed, sample, 0, 1);
    for (int i = 0; i < LANES; i++) {
      double uniform = ((double)(words[0][i] >> 6) * 0x1p27 + (words[1][i] >> 5) + 0.5) * 0x1p-53; /* 26 + 27 bits */
      out[normals * stride + at + i] = floor(uniform * drawn_from);
    }
  }
}
