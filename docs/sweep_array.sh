#!/usr/bin/env bash
# One task of a job array makes one shard of a sweep.  Give it what you would give `ripple sweep`, without --out.
#
#   export OUT=results/big RIPPLE_CACHE=$PWD/cache     # a folder that all nodes see
#   sbatch --array=1-50 --cpus-per-task=4 docs/sweep_array.sh stars_align --factors 'grade D' --samples 1024
#   ripple results merge results/big                    # when all are done; a shard given again goes on where it was
#
#SBATCH --job-name=ripple
#SBATCH --requeue
set -euo pipefail
: "${OUT:?say where results go, e.g. export OUT=results/big}"
: "${SLURM_ARRAY_TASK_ID:?start this as a job array: sbatch --array=1-50 docs/sweep_array.sh ...}"
of=${SLURM_ARRAY_TASK_COUNT:?}
exec ripple sweep "$@" --out "$OUT" --shard "$SLURM_ARRAY_TASK_ID/$of" --workers "${SLURM_CPUS_PER_TASK:-1}" --quiet
