package report

import (
	"regexp"
	"sync"
)

// chineseWords are words and fixed sentences that fill places in other sentences.
var chineseWords = map[string]string{
	"info": "建议", "advice": "建议", "warning": "警告", "critical": "严重", ", an effect": "，属于影响", " at least": "（至少）", "not set": "未设置", "none": "无",
	"see log": "见日志",

	// parts of a snapshot
	"jobs": "作业列表", "configuration": "配置", "taskmanagers": "TaskManager 列表", "taskmanager metrics": "TaskManager 指标", "jobmanager metrics": "JobManager 指标",
	"vertices": "顶点", "subtasks": "子任务", "back pressure": "反压数据", "vertex metrics": "顶点指标", "watermarks": "水位线", "checkpoints": "检查点",
	"checkpoint configuration": "检查点配置", "checkpoint details": "检查点明细", "exceptions": "异常", "job metrics": "作业指标", "thread dumps": "线程转储",
	"jobmanager logs": "JobManager 日志", "taskmanager logs": "TaskManager 日志", "history": "历史数据", "kernel": "内核", "kubernetes": "Kubernetes",

	// what threads are seen doing
	"idle": "空闲", "back-pressured": "被反压", "sink": "sink", "lookup": "维表查询", "state": "状态访问", "function": "用户函数", "operator": "算子",
	"io": "磁盘 I/O", "memory": "内存", "cpu": "CPU",

	// why a setting is dangerous
	"a GC pause of that length loses the TaskManager":                                    "这么长的 GC 停顿就会丢失 TaskManager",
	"less than two heartbeats fit into it":                                               "其中容不下两次心跳",
	"latency markers cost throughput and make many histograms":                           "延迟标记降低吞吐并产生大量直方图",
	"every failure restarts all tasks":                                                   "任何失败都会重启全部任务",
	"records are counted twice after a failure":                                          "失败后记录会被重复计算",
	"every operator runs in a thread of its own and records are serialised between them": "每个算子单独一个线程，记录在其间反复序列化",
	"a buffer is sent for every record":                                                  "每条记录都发送一个缓冲区",
	"RocksDB takes memory beyond what Flink plans: the container is killed":              "RocksDB 占用的内存超出 Flink 的规划：容器会被杀",
	"several checkpoints at a time slow each other down":                                 "同时进行的多个检查点互相拖慢",
	"a short pause loses the leadership":                                                 "短暂停顿就会失去领导权",
	"a short trouble outside ends the job for good":                                      "外部短暂故障就会使作业永久结束",
	"a restart loop at full speed loads everything around it":                            "全速的重启循环会给周围一切带来压力",
	"files and commits several times a second cost more than a failure":                  "每秒多次写文件和提交，代价比一次失败还大",
	"too little for the buffers of a wide job":                                           "对于并行度大的作业，缓冲区太少",
	"native memory of the JVM and of RocksDB exceeds it: the container is killed":        "JVM 和 RocksDB 的本地内存会超出：容器会被杀",
	"more than four slots share a core":                                                  "每个核超过四个槽位",
	"taskmanager.numberOfTaskSlots up to the cores":                                      "taskmanager.numberOfTaskSlots 不超过核数",
	"gigabytes of state on the heap make garbage collection long":                        "堆上有数 GB 状态，垃圾回收很慢",
	"it fills the log":                        "会写满日志",
	"unaligned checkpoints run one at a time": "非对齐检查点一次只能进行一个",
	"the machine was not looked at: run it on a TaskManager's machine with --node": "没有查看本机：请在 TaskManager 所在机器上加 --node 运行",
	"pods were not looked at: --kubeconfig FILE":                                   "没有查看 Pod：--kubeconfig FILE",
	"no history was given: --prometheus URL, or --watch":                           "没有历史数据：--prometheus URL，或 --watch",
	"no cluster was given: `flott doctor http://HOST:8081`":                        "没有给出集群：`flott doctor http://HOST:8081`",
	"a bundle has no pods":                                    "离线包中没有 Pod",
	"a bundle has no history":                                 "离线包中没有历史数据",
	"the machine where a bundle is read is not the cluster's": "读取离线包的机器不属于该集群",
	"thread dumps were not asked for":                         "没有请求线程转储",
	"no log files were given: --logs DIR":                     "没有给出日志文件：--logs DIR",
	"logs were not asked for":                                 "没有请求日志",
	"/jobmanager/log answered with something that is no log of Flink; give --logs DIR": "/jobmanager/log 返回的不是 Flink 日志；请给出 --logs DIR",
}

// reason is a sentence with figures in it.
type reason struct {
	english *regexp.Regexp
	chinese string
}

// chineseReasons are reasons with figures in them, as readers give them.
var chineseReasons = sync.OnceValue(func() []reason {
	return []reason{
		{regexp.MustCompile(`^none of (\d+) lines looks like a log of Flink$`), "${1} 行中没有一行像 Flink 日志"},
		{regexp.MustCompile(`^(\S+) has (\d+) MiB, too much to fetch; give --logs DIR$`), "${1} 有 ${2} MiB，太大而未获取；请给出 --logs DIR"},
		{regexp.MustCompile(`^metrics of only (\d+) of (\d+) TaskManagers were read$`), "只读取了 ${1} / ${2} 个 TaskManager 的指标"},
		{regexp.MustCompile(`^(?s)the JobManager has no figures of (.+) yet$`), "JobManager 还没有 ${1} 的数据"},
		{regexp.MustCompile(`^the JobManager has no metrics of TaskManager (.+) yet$`), "JobManager 还没有 TaskManager ${1} 的指标"},
		{regexp.MustCompile(`^only (\d+) of (\d+) jobs were read; name one with --job$`), "只读取了 ${1} / ${2} 个作业；请用 --job 指定一个"},
		{regexp.MustCompile(`^(\S+) is not in the bundle(; give --logs DIR)?$`), "离线包中没有 ${1}"},
		{regexp.MustCompile(`^(?s)(\S+) answered (\d+ .*?)(?:; give --bearer, --user or --header)?(?:; give --logs DIR)?$`), "${1} 返回 ${2}"},
		{regexp.MustCompile(`^(?s)(\S+) answered with JSON that is cut off.*$`), "${1} 返回的 JSON 被截断"},
		{regexp.MustCompile(`^(?s)(\S+) answered with nothing.*$`), "${1} 没有返回内容"},
		{regexp.MustCompile(`^(?s)(\S+) answered with an HTML page( \(".*?"\))?.*$`), "${1} 返回的是 HTML 页面${2}"},
		{regexp.MustCompile(`^(?s)(\S+) answered with something that is not the JSON of Flink.*$`), "${1} 返回的不是 Flink 的 JSON"},
		{regexp.MustCompile(`^(?s)(\S+) is not Flink's REST API: it answered with an HTML page( \(".*?"\))?.*$`), "${1} 不是 Flink 的 REST API：它返回 HTML 页面${2}"},
		{regexp.MustCompile(`^(?s)(\S+) did not answer in time \(--timeout\)$`), "${1} 没有及时应答（--timeout）"},
		{regexp.MustCompile(`^(?s)cannot read from (\S+): (.*)$`), "无法从 ${1} 读取：${2}"},
		{regexp.MustCompile(`^the answer to (\S+) is larger than (\d+) MiB$`), "${1} 的应答超过 ${2} MiB"},
		{regexp.MustCompile(`^namespace (".*") has no pod of Flink among (\d+); give --namespace$`), "命名空间 ${1} 的 ${2} 个 Pod 中没有 Flink 的；请给出 --namespace"},
		{regexp.MustCompile(`^Kubernetes answered (\d+ .*) to (\S+)$`), "Kubernetes 对 ${2} 返回 ${1}"},
		{regexp.MustCompile(`^cannot read from Kubernetes: (.*)$`), "无法从 Kubernetes 读取：${1}"},
		{regexp.MustCompile(`^Prometheus has none of Flink's metrics of the last (\S+); is metrics.reporter.prom set and scraped$`), "Prometheus 中最近 ${1} 没有 Flink 的指标；是否设置并抓取了 metrics.reporter.prom"},
	}
})
