package filesystem

import (
	"fmt"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr/datepattern"
)

// partitionTime tells from a partition's values the time its rows begin at: the
// default extractor of sink.partition-commit.trigger = 'partition-time'.
type partitionTime struct {
	pattern   string // with $column for each value; "": the first value
	formatter *datepattern.Pattern
	zone      *time.Location // of the watermark
}

// readPartitionTime reads the options of the trigger; nil if commits go by
// processing time, which none of them matters to.
func readPartitionTime(o *connector.Options) *partitionTime {
	byTime := o.Enum("sink.partition-commit.trigger", "process-time", "process-time", "partition-time") == "partition-time"
	p := &partitionTime{pattern: o.String("partition.time-extractor.timestamp-pattern", ""), zone: time.UTC}
	if kind := o.Enum("partition.time-extractor.kind", "default", "default", "custom"); kind == "custom" || o.Has("partition.time-extractor.class") {
		o.Fail(notYet("partition.time-extractor.kind", "custom"))
	}
	if text := o.String("partition.time-extractor.timestamp-formatter", ""); text != "" {
		formatter, err := datepattern.Compile(text, datepattern.Modern)
		if err != nil {
			o.Fail(fmt.Errorf("option 'partition.time-extractor.timestamp-formatter' of connector 'filesystem': %w", err))
		}
		p.formatter = formatter
	}
	if name := o.String("sink.partition-commit.watermark-time-zone", "UTC"); name != "UTC" {
		zone, err := time.LoadLocation(name)
		if err != nil {
			o.Fail(fmt.Errorf("option 'sink.partition-commit.watermark-time-zone' of connector 'filesystem' is %q, which is not a time zone", name))
		} else {
			p.zone = zone
		}
	}
	if !byTime {
		return nil
	}
	return p
}

// layouts are what a time reads as without a formatter.
var layouts = []string{"2006-1-2 15:4:5", "2006-1-2 15:4", "2006-1-2T15:4:5", "2006-1-2"}

// of returns the time of a partition in ms, from its columns and values.
func (p *partitionTime) of(columns, values []string) (int64, error) {
	text := values[0]
	if p.pattern != "" {
		pairs := make([]string, 0, 2*len(columns))
		for i, c := range columns {
			pairs = append(pairs, "$"+c, values[i])
		}
		text = strings.NewReplacer(pairs...).Replace(p.pattern)
	}
	if p.formatter != nil {
		if parsed, ok := p.formatter.Parse([]byte(text)); ok {
			local := time.Date(1970, 1, 1+parsed.Days, 0, 0, parsed.Second, int(parsed.Nano), p.zone)
			return local.UnixMilli(), nil
		}
	} else {
		for _, layout := range layouts {
			if t, err := time.ParseInLocation(layout, text, p.zone); err == nil {
				return t.UnixMilli(), nil
			}
		}
	}
	return 0, fmt.Errorf("cannot read %q as the time of partition %s; see option 'partition.time-extractor.timestamp-pattern'%w",
		text, strings.Join(values, "/"), connector.ErrUser)
}
