package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Event time. All in milliseconds.
const (
	begin     = 1_700_000_000_000
	spacing   = 20   // between two orders
	disorder  = 900  // an event is at most that late within its partition
	tolerance = 1000 // of the watermarks, so nothing is late
	window    = 2000 // length of the tumbling windows
	within    = 5000 // a payment joins an order up to that much older
)

const (
	orderPartitions   = 4
	paymentPartitions = 3
	customers         = 40
	paymentKeys       = 20 * paymentPartitions // of the copies; all of a key are in one partition
)

// order is a record of topic orders; its partition follows from the customer.
type order struct {
	ID       int64  `json:"id"`
	Customer string `json:"customer"`
	Amount   int64  `json:"amount"`
	Millis   int64  `json:"ms"`
}

// payment is a record of topic payments; its partition follows from the order. An
// order has at most one.
type payment struct {
	ID      int64 `json:"id"`
	OrderID int64 `json:"order_id"`
	Amount  int64 `json:"amount"`
	Millis  int64 `json:"ms"`
}

// event is one record of the input, in the order in which they are written.
type event struct {
	order   *order // or
	payment *payment
}

// partition is that of the event in its topic.
func (e event) partition() int32 {
	if e.order != nil {
		return int32(number(e.order.Customer) % orderPartitions)
	}
	return int32(e.payment.OrderID % paymentPartitions)
}

func customer(i int) string { return fmt.Sprintf("c%03d", i) }

func number(customer string) (i int) {
	fmt.Sscanf(customer, "c%d", &i)
	return i
}

// generate makes n orders, and payments of four fifths of them: some before their
// order, some too late for the interval join. The same seed gives the same events.
func generate(seed uint64, n int) []event {
	type arrival struct {
		event
		at int64 // in event time, at most disorder later than the event's own
	}
	r := rand.New(rand.NewPCG(seed, 1))
	var all []arrival
	for i := range n {
		o := &order{ID: int64(i), Customer: customer(r.IntN(customers)), Amount: 1 + r.Int64N(10_000), Millis: begin + int64(i)*spacing}
		all = append(all, arrival{event{order: o}, o.Millis + r.Int64N(disorder)})
		if r.IntN(5) == 0 {
			continue
		}
		p := &payment{ID: int64(1_000_000_000 + i), OrderID: o.ID, Amount: o.Amount, Millis: o.Millis - 500 + r.Int64N(within+3000)}
		all = append(all, arrival{event{payment: p}, p.Millis + r.Int64N(disorder)})
	}
	slices.SortStableFunc(all, func(a, b arrival) int { return int(a.at - b.at) })
	events := make([]event, len(all))
	for i, a := range all {
		events[i] = a.event
	}
	return events
}

// counts returns how many events each partition gets.
func counts(events []event) (orders [orderPartitions]int64, payments [paymentPartitions]int64) {
	for _, e := range events {
		if e.order != nil {
			orders[e.partition()]++
		} else {
			payments[e.partition()]++
		}
	}
	return orders, payments
}
