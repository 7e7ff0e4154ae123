/*
 * Times one gradient: `program inputs given|made milliseconds`, with the noise that is among the inputs, or with noise that is
 * made: the same for the gradient that is printed, that of further samples while the time is taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common.h"
#include "noise.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(int count, char **arguments) {
  if (count != 4) return 1;
  FILE *file = fopen(arguments[1], "rb");
  double header[7]; /* latents, rows of normals, samples, stride, seed, numbers in the table of normals, constants */
  if (!file || fread(header, 8, 7, file) != 7) return 1;
  long latents = header[0], normals = header[1], n = header[2], stride = header[3], seed = header[4], in_table = header[5];
  long rows = normals + (drawn_from > 0), numbers = 2 * latents + rows * stride + in_table + (long)header[6];
  double *data = malloc(8 * numbers);
  if (fread(data, 8, numbers, file) != (size_t)numbers || n % LANES) return 1;
  double *theta = data, *noise = theta + 2 * latents, *table = noise + rows * stride, *constants = table + in_table;
  int made = strcmp(arguments[2], "made") == 0;
  if (made) {
    double *own = calloc(rows * stride, 8);
    fill_noise(own, stride, 0, n, normals, drawn_from, seed, table);
    for (long row = 0; row < rows; row++)
      if (memcmp(own + row * stride, noise + row * stride, 8 * n)) {
        fprintf(stderr, "noise: row %ld is not the one among the inputs\n", row);
        return 1;
      }
    noise = own;
  }
  double *out = calloc(2 * latents + 1, 8);
  gradient(out, theta, noise, stride, n, constants);
  printf("{\"out\":[");
  for (long i = 0; i <= 2 * latents; i++) printf("%s%.17g", i ? "," : "", out[i]);
  double least = atof(arguments[3]) * 1e6, time = 0;
  long rounds = 1;
  while (time < least) {
    rounds *= 2;
    double start = now();
    for (long round = 0; round < rounds; round++) {
      if (made) fill_noise(noise, stride, round * n, n, normals, drawn_from, seed, table);
      gradient(out, theta, noise, stride, n, constants);
    }
    time = now() - start;
  }
  printf("],\"nanoseconds\":%.0f}\n", time / rounds);
  return 0;
}
