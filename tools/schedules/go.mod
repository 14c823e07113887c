// The parser of cron schedules that Kubernetes uses, which ours is held against.

module kubestate.test/schedules

go 1.26.0

require github.com/robfig/cron/v3 v3.0.1
