/* temperature as in ../hand/temperature.ts. constants: the 21 observations. */
#include "common.h"

#define STEPS 20
#define LATENTS 41

const long drawn_from = 0;

void gradient(double *out, const double *theta, const double *noise, long stride, long n, const double *y) {
  const double decay = 1 - 1.0 / 15, sharp = 1e6, drift_off = 32.0 / 15, drift_on = 11.0 / 15;
  const double precision_off = 1 / (0.4 * 0.4), precision_on = 1 / (0.44 * 0.44), log_off = log(0.4), log_on = log(0.44);
  double mu[LATENTS], sd[LATENTS], slope[LATENTS], per_sd[LATENTS], z[LATENTS + 2] = {0}, g[LATENTS];
  double sum_mu[LATENTS] = {0}, sum_rho[LATENTS] = {0}, sum_value = 0;
  double low_mu[LATENTS], low_rho[LATENTS], high_mu[LATENTS], high_rho[LATENTS];
  double offset = -(STEPS + 1) * (HALF_LOG_2PI + log(0.001));
  for (int i = 0; i < LATENTS; i++) {
    mu[i] = theta[i];
    sd[i] = softplus(theta[LATENTS + i]);
    slope[i] = sigmoid(theta[LATENTS + i]);
    per_sd[i] = 1 / sd[i];
    offset += log(sd[i]);
    double low = i % 2 ? 0.5 : 18;
    low_mu[i] = density(low, mu[i], sd[i]);
    low_rho[i] = low_mu[i] * slope[i] * (low - mu[i]) / sd[i];
    high_mu[i] = density(22, mu[i], sd[i]);
    high_rho[i] = high_mu[i] * slope[i] * (22 - mu[i]) / sd[i];
  }
  for (long j = 0; j < n; j++) {
    double squares = 0;
    for (int i = 0; i < LATENTS; i++) {
      double u = noise[i * stride + j];
      z[i] = mu[i] + sd[i] * u;
      squares += u * u;
    }
    double first = z[0] - 20, residual0 = y[0] - z[0];
    double value = offset + 0.5 * squares - 0.5 * (sharp * first * first + residual0 * residual0), cooling = 0;
    g[0] = residual0 - sharp * first;
    for (int step = 1; step <= STEPS; step++) {
      int q = 2 * step - 1;
      double before = z[q - 1], switched = z[q], after = z[q + 1];
      double target = before < 18 ? 0 : before > 22 ? 1 : cooling;
      double off = sharp * (switched - target), from_one = switched - 1, from_cooling = switched - cooling;
      double low = 0.5 * sharp * (switched * switched - from_cooling * from_cooling);
      double high = 0.5 * sharp * (from_cooling * from_cooling - from_one * from_one);
      sum_mu[q - 1] += low_mu[q - 1] * low + high_mu[q - 1] * high;
      sum_rho[q - 1] += low_rho[q - 1] * low + high_rho[q - 1] * high;
      cooling = switched > 0.5 ? 1 : 0;
      double base = after - decay * before, d_on = base - drift_on, d_off = base - drift_off;
      double on = -0.5 * precision_on * d_on * d_on - log_on, idle = -0.5 * precision_off * d_off * d_off - log_off;
      double jump = on - idle;
      if (step < STEPS && !(after < 18) && !(after > 22)) jump += sharp * (z[q + 2] - 0.5);
      sum_mu[q] += low_mu[q] * jump;
      sum_rho[q] += low_rho[q] * jump;
      double residual = y[step] - after;
      value += (cooling ? on : idle) - 0.5 * (off * (switched - target) + residual * residual);
      double pull = cooling ? precision_on * d_on : precision_off * d_off;
      g[q - 1] += decay * pull;
      g[q] = -off;
      g[q + 1] = residual - pull;
    }
    for (int i = 0; i < LATENTS; i++) {
      sum_mu[i] += g[i];
      sum_rho[i] += slope[i] * (g[i] * noise[i * stride + j] + per_sd[i]);
    }
    sum_value += value;
  }
  for (int i = 0; i < LATENTS; i++) {
    out[i] += sum_mu[i];
    out[LATENTS + i] += sum_rho[i];
  }
  out[2 * LATENTS] += sum_value;
}
