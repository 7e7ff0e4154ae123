/* Times one gradient: reads theta, noise and constants from a file, prints the summed gradient and ns per sample. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Adds the corrected gradient [d mu..., d rho...] and the log density of n samples to out. */
void gradient(double *out, const double *theta, const double *noise, long stride, long n, const double *constants);

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int count, char **arguments) {
  if (count != 2) return 1;
  FILE *file = fopen(arguments[1], "rb");
  double header[4]; /* latents, rows of noise, samples, constants */
  if (!file || fread(header, 8, 4, file) != 4) return 1;
  long latents = header[0], rows = header[1], n = header[2], constants = header[3], numbers = 2 * latents + rows * n + constants;
  double *data = malloc(8 * numbers);
  if (fread(data, 8, numbers, file) != (size_t)numbers) return 1;
  const double *theta = data, *noise = data + 2 * latents, *rest = noise + rows * n;
  double *out = calloc(2 * latents + 1, 8);
  double times[51];
  gradient(out, theta, noise, n, n, rest);
  double *first = malloc(8 * (2 * latents + 1));
  for (long i = 0; i <= 2 * latents; i++) first[i] = out[i];
  for (int repeat = 0; repeat < 51; repeat++) {
    double start = now();
    for (int run = 0; run < 20; run++) gradient(out, theta, noise, n, n, rest);
    times[repeat] = (now() - start) / (20.0 * n);
  }
  qsort(times, 51, 8, ascending);
  printf("{\"median\":%.3f,\"least\":%.3f,\"out\":[", times[25], times[0]);
  for (long i = 0; i <= 2 * latents; i++) printf("%s%.17g", i ? "," : "", first[i]);
  printf("]}\n");
  return 0;
}
