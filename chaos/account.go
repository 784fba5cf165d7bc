package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// account says what became of the rows that an output must have.
type account struct {
	Output     string
	Rows       int // read
	Expected   int
	Lost       int      // expected, not there
	Duplicated int      // there again
	Wrong      int      // there, with another content; or not expected at all
	Disordered int      // behind a newer row of its key
	Examples   []string `json:",omitempty"`
}

// maxExamples is how many findings an account spells out.
const maxExamples = 5

func (a *account) note(count *int, format string, args ...any) {
	*count++
	if len(a.Examples) < maxExamples {
		a.Examples = append(a.Examples, fmt.Sprintf(format, args...))
	}
}

// right reports an account without a finding.
func (a *account) right() bool { return a.Lost+a.Duplicated+a.Wrong+a.Disordered == 0 }

// audit accounts for every row of every topic.
func audit(want *expected, topics map[string][]row) []*account {
	return []*account{
		auditCopies(want, topics[copies]), auditWindows(want, topics[windows]), auditPaid(want, topics[paid]),
		auditTotals(want, topics[totals]), auditOpen(want, topics[open]),
	}
}

// auditCopies: each row once, and those of a key in the order of the input.
func auditCopies(want *expected, rows []row) *account {
	a := &account{Output: copies, Rows: len(rows)}
	place := map[string]int{} // of an ID among those of its key
	for key, ids := range want.copies {
		a.Expected += len(ids)
		for i, id := range ids {
			place[key+" "+id] = i
		}
	}
	seen, last := map[string]bool{}, map[string]int{}
	for _, r := range rows {
		var v struct {
			Source, K string
			ID        int64
		}
		if !a.parse(r, &v) {
			continue
		}
		key := v.Source + " " + v.K
		id := fmt.Sprintf("%s %d", key, v.ID)
		at, ok := place[id]
		switch {
		case !ok:
			a.note(&a.Wrong, "%s: no such row was read: %s", r.where(), r.value)
		case seen[id]:
			a.note(&a.Duplicated, "%s: again: %s", r.where(), r.value)
		case at < last[key]:
			a.note(&a.Disordered, "%s: row %d of its key is behind row %d: %s", r.where(), at, last[key], r.value)
		default:
			last[key] = at
		}
		seen[id] = true
	}
	for id := range place {
		if !seen[id] {
			a.note(&a.Lost, "nowhere: %s", id)
		}
	}
	return a
}

func (a *account) parse(r row, v any) bool {
	if err := json.Unmarshal(r.value, v); err != nil {
		a.note(&a.Wrong, "%s: %v: %q", r.where(), err, r.value)
		return false
	}
	return true
}

func (r row) where() string { return fmt.Sprintf("partition %d, offset %d", r.partition, r.offset) }

// once accounts for rows that must be there once, each with its content.
type once struct {
	*account
	want map[string]string
	seen map[string]bool
}

func newOnce(output string, want map[string]string, rows []row) once {
	return once{&account{Output: output, Rows: len(rows), Expected: len(want)}, want, map[string]bool{}}
}

func (o once) row(r row, key, content string) {
	expected, ok := o.want[key]
	switch {
	case !ok:
		o.note(&o.Wrong, "%s: nothing gives such a row: %s", r.where(), r.value)
	case o.seen[key]:
		o.note(&o.Duplicated, "%s: again: %s", r.where(), r.value)
	case expected != content:
		o.note(&o.Wrong, "%s: %s: %s, must be %s", r.where(), key, content, expected)
	}
	o.seen[key] = true
}

func (o once) end() *account {
	for key, content := range o.want {
		if !o.seen[key] {
			o.note(&o.Lost, "nowhere: %s: %s", key, content)
		}
	}
	return o.account
}

func auditWindows(want *expected, rows []row) *account {
	o := newOnce(windows, want.windows, rows)
	for _, r := range rows {
		var v struct {
			Start    string `json:"window_start"`
			Customer string
			N, Total int64
			IDs      string
		}
		if !o.parse(r, &v) {
			continue
		}
		start, err := time.Parse("2006-01-02 15:04:05", v.Start)
		if err != nil {
			o.note(&o.Wrong, "%s: %v", r.where(), err)
			continue
		}
		var ids []int64
		if err := json.Unmarshal([]byte("["+v.IDs+"]"), &ids); err != nil {
			o.note(&o.Wrong, "%s: ids: %v: %s", r.where(), err, r.value)
			continue
		}
		o.row(r, windowKey(start.UnixMilli(), v.Customer), windowContent(v.N, v.Total, ids))
	}
	return o.end()
}

func auditPaid(want *expected, rows []row) *account {
	o := newOnce(paid, want.paid, rows)
	for _, r := range rows {
		var v struct {
			Order    int64 `json:"order_id"`
			Payment  int64
			Customer string
			Amount   int64
		}
		if o.parse(r, &v) {
			o.row(r, paidKey(v.Order, v.Payment), paidContent(v.Customer, v.Amount))
		}
	}
	return o.end()
}

// auditTotals: the counts of a customer only grow, and the last row is right.
func auditTotals(want *expected, rows []row) *account {
	a := &account{Output: totals, Rows: len(rows), Expected: len(want.totals)}
	last := map[string]total{}
	for _, r := range rows {
		var v struct {
			Customer string
			total
		}
		if !a.parse(r, &v) {
			continue
		}
		before, ok := last[v.Customer]
		switch {
		case ok && v.total == before:
			a.note(&a.Duplicated, "%s: again: %s", r.where(), r.value)
		case v.N <= before.N || v.Total <= before.Total || v.Newest < before.Newest:
			a.note(&a.Disordered, "%s: behind %+v: %s", r.where(), before, r.value)
		}
		last[v.Customer] = v.total
	}
	for customer, t := range want.totals {
		if got, ok := last[customer]; !ok {
			a.note(&a.Lost, "nowhere: %s", customer)
		} else if got != t {
			a.note(a.side(got.N, t.N), "%s ends as %+v, must be %+v", customer, got, t)
		}
	}
	for customer := range last {
		if _, ok := want.totals[customer]; !ok {
			a.note(&a.Wrong, "nothing gives customer %q", customer)
		}
	}
	return a
}

// side is which count a sum belongs to that differs from what it must be.
func (a *account) side(got, want int64) *int {
	switch {
	case got < want:
		return &a.Lost
	case got > want:
		return &a.Duplicated
	}
	return &a.Wrong
}

// auditOpen: an order is there without its payment, is deleted, is there with it;
// each at most once and in that order, and the last is right.
func auditOpen(want *expected, rows []row) *account {
	a := &account{Output: open, Rows: len(rows), Expected: len(want.open)}
	stage, last := map[string]int{}, map[string]string{}
	for _, r := range rows {
		var key struct{ ID int64 }
		if err := json.Unmarshal(r.key, &key); err != nil {
			a.note(&a.Wrong, "%s: key: %v: %q", r.where(), err, r.key)
			continue
		}
		now, text := 2, "deleted"
		if r.value != nil {
			var v openOrder
			if !a.parse(r, &v) {
				continue
			}
			if now, text = 1, v.String(); v.Payment != nil {
				now = 3
			}
		}
		id := fmt.Sprint(key.ID)
		switch before := stage[id]; {
		case now == before:
			a.note(&a.Duplicated, "%s: order %s again: %s", r.where(), id, text)
		case now < before:
			a.note(&a.Disordered, "%s: order %s: %s is behind %s", r.where(), id, text, last[id])
		}
		stage[id], last[id] = now, text
	}
	for id, v := range want.open {
		switch got, ok := last[id]; {
		case !ok || got == "deleted":
			a.note(&a.Lost, "nowhere: order %s", id)
		case got != v.String() && v.Payment != nil && !strings.Contains(got, "payment"):
			a.note(&a.Lost, "order %s ends without its payment", id)
		case got != v.String():
			a.note(&a.Wrong, "order %s ends as %s, must be %s", id, got, v)
		}
	}
	for id, text := range last {
		if _, ok := want.open[id]; !ok {
			a.note(&a.Wrong, "nothing gives order %s: %s", id, text)
		}
	}
	return a
}

func (o openOrder) String() string {
	if o.Payment == nil || o.Amount == nil {
		return fmt.Sprintf("%d of %s", o.ID, o.Customer)
	}
	return fmt.Sprintf("%d of %s, payment %d of %d", o.ID, o.Customer, *o.Payment, *o.Amount)
}

// auditInput checks that the topics hold the input as it was made: what an output
// is judged by.
func auditInput(events []event, topics map[string][]row) error {
	var want, got [orderPartitions + paymentPartitions][]string
	for _, e := range events {
		r := e.record()
		want[slot(r.Topic, r.Partition)] = append(want[slot(r.Topic, r.Partition)], string(r.Value))
	}
	for _, topic := range []string{"orders", "payments"} {
		for _, r := range topics[topic] {
			got[slot(topic, r.partition)] = append(got[slot(topic, r.partition)], string(r.value))
		}
	}
	for i := range want {
		if len(want[i]) != len(got[i]) {
			return fmt.Errorf("the input was not written right: %d records in a partition instead of %d", len(got[i]), len(want[i]))
		}
		for n := range want[i] {
			if want[i][n] != got[i][n] {
				return fmt.Errorf("the input was not written right: record %d is %s instead of %s", n, got[i][n], want[i][n])
			}
		}
	}
	return nil
}

func slot(topic string, partition int32) int32 {
	if topic == "payments" {
		return orderPartitions + partition
	}
	return partition
}
