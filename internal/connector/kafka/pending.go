package kafka

// known takes the end of the topic's partition as a fetch told it.
func (p *partition) known(end int64) {
	if p != nil {
		p.end = max(p.end, end)
	}
}

// tellPending publishes how many records wait in the partitions of this subtask,
// as of the last fetch of each: pendingRecords, as Flink's readers tell it.
func (r *reader) tellPending() {
	if r.waiting == nil {
		return
	}
	var n int64
	for _, p := range r.open {
		n += max(0, min(p.end, p.Stop)-p.Offset)
	}
	r.waiting.Set(n)
}
