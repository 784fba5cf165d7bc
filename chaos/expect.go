package main

import (
	"fmt"
	"slices"
	"strings"
)

// expected is what the job must have written, computed from the input by the
// plainest means.
type expected struct {
	copies  map[string][]string // IDs by key, in order
	windows map[string]string   // content by start and customer
	paid    map[string]string   // content by order and payment
	totals  map[string]total    // by customer
	open    map[string]openOrder
}

// total is the last row of a customer.
type total struct {
	N      int64 `json:"n"`
	Total  int64 `json:"total"`
	Newest int64 `json:"newest"`
}

// openOrder is the last row of an order.
type openOrder struct {
	ID       int64  `json:"id"`
	Customer string `json:"customer"`
	Payment  *int64 `json:"payment"`
	Amount   *int64 `json:"amount"`
}

func expect(events []event) *expected {
	x := &expected{map[string][]string{}, map[string]string{}, map[string]string{}, map[string]total{}, map[string]openOrder{}}
	orders := map[int64]*order{}
	for _, e := range events {
		if o := e.order; o != nil {
			orders[o.ID] = o
			x.copy("order", o.Customer, o.ID)
			id := fmt.Sprint(o.ID)
			x.open[id] = openOrder{ID: o.ID, Customer: o.Customer}
		} else {
			x.copy("payment", fmt.Sprint(e.payment.OrderID%paymentKeys), e.payment.ID)
		}
	}
	x.foldWindows(orders)
	for _, e := range events {
		if e.payment != nil {
			x.join(orders[e.payment.OrderID], e.payment)
		}
	}
	return x
}

func (x *expected) copy(source, k string, id int64) {
	key := source + " " + k
	x.copies[key] = append(x.copies[key], fmt.Sprint(id))
}

func (x *expected) foldWindows(orders map[int64]*order) {
	sums, ids := map[string]int64{}, map[string][]int64{}
	for _, o := range orders {
		key := windowKey(o.Millis-o.Millis%window, o.Customer)
		sums[key] += o.Amount
		ids[key] = append(ids[key], o.ID)
	}
	for key, list := range ids {
		x.windows[key] = windowContent(int64(len(list)), sums[key], list)
	}
}

func (x *expected) join(o *order, p *payment) {
	t := x.totals[o.Customer]
	x.totals[o.Customer] = total{t.N + 1, t.Total + p.Amount, max(t.Newest, p.ID)}
	x.open[fmt.Sprint(o.ID)] = openOrder{o.ID, o.Customer, &p.ID, &p.Amount}
	if p.Millis >= o.Millis && p.Millis <= o.Millis+within {
		x.paid[paidKey(o.ID, p.ID)] = paidContent(o.Customer, p.Amount)
	}
}

func windowKey(start int64, customer string) string { return fmt.Sprintf("%d %s", start, customer) }

// windowContent does not depend on the order of ids, which nothing promises.
func windowContent(n, total int64, ids []int64) string {
	slices.Sort(ids)
	return fmt.Sprintf("n=%d total=%d ids=%s", n, total, strings.Trim(fmt.Sprint(ids), "[]"))
}

func paidKey(order, payment int64) string { return fmt.Sprintf("%d %d", order, payment) }

func paidContent(customer string, amount int64) string {
	return fmt.Sprintf("customer=%s amount=%d", customer, amount)
}
