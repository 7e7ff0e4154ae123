/* influenza as in ../hand/influenza.ts. constants: the 12 observations. */
#include "common.h"

#define MONTHS 12
#define LATENTS 37

const long drawn_from = 0;

void gradient(double *out, const double *theta, const double *noise, long stride, long n, const double *y) {
  const double alpha1 = 1.406, alpha2 = -0.622, beta0 = 0.21, beta1 = -0.312;
  const double precision_v = 1 / (0.023 * 0.023), precision_w = 1 / (0.112 * 0.112), precision_y = 1 / (0.002 * 0.002);
  double mu[LATENTS], sd[LATENTS], slope[LATENTS], per_sd[LATENTS], z[LATENTS], g[LATENTS];
  double sum_mu[LATENTS] = {0}, sum_rho[LATENTS] = {0}, sum_value = 0;
  double weight_mu[MONTHS + 1], weight_rho[MONTHS + 1], a[MONTHS + 2] = {0}, c[MONTHS + 1] = {0};
  double offset = -MONTHS * (log(0.023) + log(0.112) + log(0.002) + HALF_LOG_2PI);
  for (int i = 0; i < LATENTS; i++) {
    mu[i] = theta[i];
    sd[i] = softplus(theta[LATENTS + i]);
    slope[i] = sigmoid(theta[LATENTS + i]);
    per_sd[i] = 1 / sd[i];
    offset += log(sd[i]);
  }
  for (int month = 0; month <= MONTHS; month++) {
    int i = 3 * month;
    weight_mu[month] = density(0, mu[i], sd[i]);
    weight_rho[month] = -weight_mu[month] * slope[i] * mu[i] * per_sd[i];
  }
  for (long j = 0; j < n; j++) {
    double squares = 0;
    for (int i = 0; i < LATENTS; i++) {
      double u = noise[i * stride + j];
      z[i] = mu[i] + sd[i] * u;
      squares += u * u;
    }
    double value = offset + 0.5 * squares - 0.5 * z[0] * z[0], previous = z[0];
    g[0] = -z[0];
    for (int month = 1; month <= MONTHS; month++) {
      int i = 3 * month;
      double v = z[i - 2], w = z[i - 1], f = z[i];
      double am = alpha1 * a[month] + alpha2 * a[month - 1] + v, cm = beta1 * c[month - 1] + beta0 + w;
      a[month + 1] = am;
      c[month] = cm;
      double df = f - (previous > 0 ? 0.67 : -0.67), plain = y[month - 1] - am, epidemic = plain - cm;
      double residual = f > 0 ? plain : epidemic;
      value -= 0.5 * (precision_v * v * v + precision_w * w * w + df * df + precision_y * residual * residual);
      g[i - 2] = precision_y * residual;
      g[i] = -df;
      double jump = 0.5 * precision_y * (epidemic * epidemic - plain * plain);
      if (month < MONTHS) jump += 1.34 * z[i + 3];
      sum_mu[i] += weight_mu[month] * jump;
      sum_rho[i] += weight_rho[month] * jump;
      previous = f;
    }
    sum_mu[0] += weight_mu[0] * 1.34 * z[3];
    sum_rho[0] += weight_rho[0] * 1.34 * z[3];
    double next = 0, after_next = 0, next_c = 0;
    for (int month = MONTHS; month >= 1; month--) {
      int i = 3 * month;
      double residual = g[i - 2], da = residual + alpha1 * next + alpha2 * after_next;
      double dc = (z[i] > 0 ? 0 : residual) + beta1 * next_c;
      g[i - 2] = da - precision_v * z[i - 2];
      g[i - 1] = dc - precision_w * z[i - 1];
      after_next = next;
      next = da;
      next_c = dc;
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
