package drill

import (
	"context"
	"encoding/json"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Counting says how results account for rows.
type Counting uint8

// The ways of counting.
const (
	Uncounted Counting = iota // results do not tell
	EachRow                   // one result per row, with its id
	Sums                      // results have in n how many rows they stand for
)

// Rows is the account of a drill's rows.
type Rows struct {
	Sent    int64 `json:"sent"`
	Arrived int64 `json:"arrived"`
	Lost    int64 `json:"lost"`
	Twice   int64 `json:"twice"`
}

// result is what the jobs of drills write.
type result struct {
	ID *int64 `json:"id"`
	K  int64  `json:"k"`
	N  int64  `json:"n"`
}

// settle reads the results, of rows with so many ids, until all that were sent have arrived or, for a while, no more come.
func settle(ctx context.Context, b *Broker, topic string, how Counting, sent, ids int64, patience time.Duration) (*Rows, error) {
	client, err := b.client(kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	account := &Rows{Sent: sent}
	seen := make([]bool, ids)
	for account.Arrived < sent {
		poll, cancel := context.WithTimeout(ctx, patience)
		fetches := client.PollFetches(poll)
		cancel()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if fetches.NumRecords() == 0 {
			break // nothing new for as long as we wait
		}
		fetches.EachRecord(func(r *kgo.Record) { account.add(r.Value, how, seen) })
	}
	account.Lost = max(sent-account.Arrived, 0)
	if how == Sums {
		account.Twice = max(account.Arrived-sent, 0)
	}
	return account, nil
}

func (a *Rows) add(value []byte, how Counting, seen []bool) {
	var r result
	if json.Unmarshal(value, &r) != nil {
		return
	}
	switch {
	case how == Sums && r.K >= 0: // the rows that close windows have a key below 0
		a.Arrived += r.N
	case how == EachRow && r.ID != nil && *r.ID >= 0 && *r.ID < int64(len(seen)):
		if seen[*r.ID] {
			a.Twice++
			return
		}
		seen[*r.ID] = true
		a.Arrived++
	}
}
