"""PyTorch on one thread, float64: reads a job from standard input, writes its result to standard output.

A job is {"model", "constants", "theta", "z", "repeats", "steps", "samples", "learningRate"}: the gradient of the log joint at the
points z (a list per latent), and, if steps is not 0, a fit from theta by the
pathwise gradient.
"""
import json
import statistics
import sys
import time

import torch
from torch.nn.functional import pad, softplus

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(1)


def recurrence(x, coefficients):
    """x_t + c_0 · result_{t−1} + c_1 · result_{t−2} …, as a product with the matrix of its responses."""
    response = []
    for t in range(len(x)):
        response.append(sum(c * response[t - 1 - lag] for lag, c in enumerate(coefficients) if t > lag) if t else 1.0)
    matrix = [[response[t - s] if t >= s else 0.0 for s in range(len(x))] for t in range(len(x))]
    return torch.tensor(matrix) @ x


def textmsg(constants):
    counts, thresholds = (torch.tensor(constants[key], dtype=torch.float64)[:, None] for key in ("counts", "thresholds"))
    mean, sd = constants["mean"], constants["sd"]

    def log_joint(z):
        x = z[:2]
        early, late = (counts * x[i] - torch.exp(x[i]) for i in range(2))
        observed = torch.where(z[2] > thresholds, early, late).sum()
        return observed - 0.5 * (((x - mean) / sd) ** 2).sum() - 0.5 * (z[2] ** 2).sum()

    return log_joint


def influenza(constants):
    deaths = torch.tensor(constants["deaths"])[:, None]

    def log_joint(z):
        f, v, w = z[0::3], z[1::3], z[2::3]
        a, c = recurrence(v, [1.406, -0.622]), recurrence(w + 0.21, [-0.312])
        jump = f[1:] - torch.where(f[:-1] > 0, 0.67, -0.67)
        residual = deaths - torch.where(f[1:] > 0, a, a + c)
        scaled = (f[0], v / 0.023, w / 0.112, jump, residual / 0.002)
        return -0.5 * sum((x**2).sum() for x in scaled)

    return log_joint


def temperature(constants):
    y = torch.tensor(constants["temperatures"])[:, None]

    def log_joint(z):
        theta, q = z[0::2], z[1::2]
        before, after = theta[:-1], theta[1:]
        on = q > 0.5
        was = pad(on[:-1].to(z.dtype), (0, 0, 1, 0))
        target = torch.where(before < 18, 0.0, torch.where(before > 22, 1.0, was))
        sd = torch.where(on, 0.44, 0.4)
        drift = after - (1 - 1 / 15) * before - torch.where(on, 11 / 15, 32 / 15)
        scaled = (1e3 * (theta[0] - 20), 1e3 * (q - target), drift / sd, y - theta)
        return -0.5 * sum((x**2).sum() for x in scaled) - torch.log(sd).sum()

    return log_joint


MODELS = {"textmsg": textmsg, "influenza": influenza, "temperature": temperature}


def time_gradient(log_joint, z, repeats):
    times = []
    for _ in range(repeats + 2):
        start = time.process_time()
        z.grad = None
        log_joint(z).backward()
        times.append(time.process_time() - start)
    return {"median": statistics.median(times[2:]), "least": min(times[2:])}


def fit(log_joint, theta, steps, samples, learning_rate):
    mu, rho = (torch.tensor(half, dtype=torch.float64, requires_grad=True) for half in (theta[: len(theta) // 2], theta[len(theta) // 2 :]))
    optimizer = torch.optim.Adam([mu, rho], lr=learning_rate)
    start = time.process_time()
    for _ in range(steps):
        sigma = softplus(rho)
        z = mu[:, None] + sigma[:, None] * torch.randn(len(mu), samples)
        loss = -log_joint(z) / samples - torch.log(sigma).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return time.process_time() - start, mu.tolist() + rho.tolist()


job = json.load(sys.stdin)
log_joint = MODELS[job["model"]](job["constants"])
z = torch.tensor(job["z"], dtype=torch.float64, requires_grad=True)
result = {**time_gradient(log_joint, z, job["repeats"]), "gradient": z.grad.tolist()}
if job["steps"]:
    seconds, theta = fit(log_joint, job["theta"], job["steps"], job["samples"], job["learningRate"])
    result.update(fitSeconds=seconds, theta=theta)
json.dump(result, sys.stdout)
