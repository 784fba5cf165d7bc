package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// rightOutput is what a job without a fault writes: it goes through the events one by
// one, unlike expect.
func rightOutput(events []event) map[string][]row {
	topics := map[string][]row{}
	put := func(topic, key, value string) {
		r := row{offset: int64(len(topics[topic])), key: []byte(key)}
		if value != "" {
			r.value = []byte(value)
		}
		topics[topic] = append(topics[topic], r)
	}
	type sum struct {
		n, total int64
		ids      []string
	}
	windowsOf, totalOf := map[string]*sum{}, map[string]*total{}
	orders := map[int64]*order{}
	waiting := map[int64]*payment{}
	match := func(o *order, p *payment) {
		t := totalOf[o.Customer]
		if t == nil {
			t = &total{}
			totalOf[o.Customer] = t
		}
		t.N, t.Total, t.Newest = t.N+1, t.Total+p.Amount, max(t.Newest, p.ID)
		put(totals, fmt.Sprintf(`{"customer":%q}`, o.Customer), fmt.Sprintf(`{"customer":%q,"n":%d,"total":%d,"newest":%d}`, o.Customer, t.N, t.Total, t.Newest))
		put(open, fmt.Sprintf(`{"id":%d}`, o.ID), fmt.Sprintf(`{"id":%d,"customer":%q,"payment":%d,"amount":%d}`, o.ID, o.Customer, p.ID, p.Amount))
		if after := p.Millis - o.Millis; after >= 0 && after <= within {
			put(paid, "", fmt.Sprintf(`{"order_id":%d,"payment":%d,"customer":%q,"amount":%d}`, o.ID, p.ID, o.Customer, p.Amount))
		}
	}
	for _, e := range events {
		if p := e.payment; p != nil {
			put(copies, "", fmt.Sprintf(`{"source":"payment","id":%d,"k":"%d"}`, p.ID, p.OrderID%paymentKeys))
			if o := orders[p.OrderID]; o != nil {
				match(o, p)
			} else {
				waiting[p.OrderID] = p
			}
			continue
		}
		o := e.order
		orders[o.ID] = o
		put(copies, "", fmt.Sprintf(`{"source":"order","id":%d,"k":%q}`, o.ID, o.Customer))
		start := time.UnixMilli(o.Millis).UTC().Truncate(window * time.Millisecond).Format("2006-01-02 15:04:05")
		key := fmt.Sprintf(`"window_start":%q,"customer":%q`, start, o.Customer)
		if windowsOf[key] == nil {
			windowsOf[key] = &sum{}
		}
		w := windowsOf[key]
		w.n, w.total, w.ids = w.n+1, w.total+o.Amount, append(w.ids, fmt.Sprint(o.ID))
		if p := waiting[o.ID]; p != nil {
			match(o, p)
		} else {
			put(open, fmt.Sprintf(`{"id":%d}`, o.ID), fmt.Sprintf(`{"id":%d,"customer":%q,"payment":null,"amount":null}`, o.ID, o.Customer))
		}
	}
	for key, w := range windowsOf {
		put(windows, "", fmt.Sprintf(`{%s,"n":%d,"total":%d,"ids":%q}`, key, w.n, w.total, strings.Join(w.ids, ",")))
	}
	return topics
}

func accountOf(t *testing.T, accounts []*account, output string) *account {
	t.Helper()
	for _, a := range accounts {
		if a.Output == output {
			return a
		}
	}
	t.Fatalf("no account of %s", output)
	return nil
}

// What is right is found to be right.
func TestAuditAcceptsWhatIsRight(t *testing.T) {
	events := generate(7, 2000)
	for _, a := range audit(expect(events), rightOutput(events)) {
		if !a.right() || a.Rows == 0 || a.Expected == 0 {
			t.Errorf("%+v", a)
		}
	}
}

// A planted loss, duplicate, change and swap is found in each output, and nowhere else.
func TestAuditFindsWhatWasPlanted(t *testing.T) {
	events := generate(7, 2000)
	want := expect(events)
	middle := func(rows []row) int { return len(rows) / 2 }
	// lastOf is the place of the last row of some key: in a topic of updates the loss of another is no loss.
	lastOf := func(rows []row) int {
		key := string(rows[middle(rows)].key)
		at := 0
		for i, r := range rows {
			if string(r.key) == key {
				at = i
			}
		}
		return at
	}
	loss := func(rows []row, at int) []row { return slices.Delete(rows, at, at+1) }
	again := func(rows []row, at int) []row { return slices.Insert(rows, at+1, rows[at]) }
	againLater := func(rows []row, at int) []row { return append(rows, rows[at]) }
	change := func(rows []row, at int) []row {
		var v map[string]any
		if err := json.Unmarshal(rows[at].value, &v); err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"amount", "total", "id"} {
			if n, ok := v[field].(float64); ok {
				v[field] = n + 1e12
				break
			}
		}
		rows[at].value, _ = json.Marshal(v)
		return rows
	}
	early := func(rows []row, at int) []row { // the last row of all before every other
		last := rows[len(rows)-1]
		return slices.Insert(rows[:len(rows)-1], 0, last)
	}
	count := func(name string, a *account) int {
		return map[string]int{"lost": a.Lost, "duplicated": a.Duplicated, "wrong": a.Wrong, "disordered": a.Disordered}[name]
	}
	for _, c := range []struct {
		output string
		plant  func([]row, int) []row
		finds  string
		at     func([]row) int
	}{
		{copies, loss, "lost", middle}, {copies, again, "duplicated", middle}, {copies, againLater, "duplicated", middle},
		{copies, change, "wrong", middle}, {copies, early, "disordered", middle},
		{windows, loss, "lost", middle}, {windows, again, "duplicated", middle}, {windows, change, "wrong", middle},
		{paid, loss, "lost", middle}, {paid, againLater, "duplicated", middle}, {paid, change, "wrong", middle},
		{totals, loss, "lost", lastOf}, {totals, again, "duplicated", middle}, {totals, againLater, "disordered", middle}, {totals, change, "wrong", lastOf},
		{open, loss, "lost", lastOf}, {open, again, "duplicated", middle}, {open, change, "wrong", lastOf},
	} {
		topics := rightOutput(events)
		topics[c.output] = c.plant(topics[c.output], c.at(topics[c.output]))
		for _, a := range audit(want, topics) {
			switch {
			case a.Output == c.output && (count(c.finds, a) == 0 || len(a.Examples) == 0):
				t.Errorf("%s: what was planted is not found as %s: %+v", c.output, c.finds, a)
			case a.Output != c.output && !a.right():
				t.Errorf("%s is found wrong, but only %s is: %+v", a.Output, c.output, a)
			}
		}
		r := &result{Accounts: audit(want, topics)}
		if r.decide(); r.Right {
			t.Errorf("%s: the verdict is right with a row %s", c.output, c.finds)
		}
	}
}

// With damaged checkpoints rows may come again, but none may be missing.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name    string
		account account
		damaged int
		failed  int
		right   bool
	}{
		{"right", account{}, 0, 0, true},
		{"lost", account{Lost: 1}, 0, 0, false},
		{"lost with damage", account{Lost: 1}, 1, 0, false},
		{"twice", account{Duplicated: 1}, 0, 0, false},
		{"twice with damage", account{Duplicated: 1}, 1, 0, true},
		{"wrong with damage", account{Wrong: 1}, 1, 0, false},
		{"disordered", account{Disordered: 1}, 0, 0, false},
		{"failed by itself", account{}, 0, 1, false},
	} {
		r := &result{Damaged: c.damaged, Failed: c.failed, Accounts: []*account{&c.account}}
		if r.decide(); r.Right != c.right {
			t.Errorf("%s: right = %v, want %v (%s)", c.name, r.Right, c.right, r.Why)
		}
	}
}

// A lost, doubled or changed record of the input is not taken for one.
func TestAuditInput(t *testing.T) {
	events := generate(3, 300)
	topics := func() map[string][]row {
		m := map[string][]row{}
		for _, e := range events {
			r := e.record()
			m[r.Topic] = append(m[r.Topic], row{partition: r.Partition, value: r.Value})
		}
		return m
	}
	if err := auditInput(events, topics()); err != nil {
		t.Error(err)
	}
	lost, again, changed := topics(), topics(), topics()
	lost["orders"] = lost["orders"][1:]
	again["payments"] = append(again["payments"], again["payments"][0])
	changed["payments"][3].value = []byte("{}")
	for name, m := range map[string]map[string][]row{"lost": lost, "again": again, "changed": changed} {
		if auditInput(events, m) == nil {
			t.Errorf("%s: not found", name)
		}
	}
}
