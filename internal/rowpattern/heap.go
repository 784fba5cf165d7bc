package rowpattern

// heap is a binary heap of records of the same number of values, the one that
// begins first at its root. Records that begin with the same row are not ordered;
// their places follow from how elements sift, which is that of Java's
// PriorityQueue, because Flink goes through its partial matches in that order.
type heap []int32

// offer adds a record.
func (h heap) offer(rec []int32, stride int) heap {
	h = append(h, rec...)
	k := len(h)/stride - 1
	for k > 0 {
		parent := (k - 1) / 2
		if rec[recBegin] >= h[parent*stride+recBegin] {
			break
		}
		copy(h[k*stride:(k+1)*stride], h[parent*stride:])
		k = parent
	}
	copy(h[k*stride:], rec)
	return h
}

// poll removes the root.
func (h heap) poll(stride int) heap {
	last := len(h) - stride
	if last > 0 {
		copy(h[:stride], h[last:])
		h[:last].sift(0, stride)
	}
	return h[:last]
}

// sift moves record k down to its place.
func (h heap) sift(k, stride int) {
	n := len(h) / stride
	for 2*k+1 < n {
		child := 2*k + 1
		if child+1 < n && h[child*stride+recBegin] > h[(child+1)*stride+recBegin] {
			child++
		}
		if h[k*stride+recBegin] <= h[child*stride+recBegin] {
			return
		}
		for x := range stride {
			h[k*stride+x], h[child*stride+x] = h[child*stride+x], h[k*stride+x]
		}
		k = child
	}
}

// dropBefore removes the records that begin before a row.
func (h heap) dropBefore(row int32, stride int) heap {
	kept := 0
	for i := 0; i < len(h); i += stride {
		if h[i+recBegin] >= row {
			copy(h[kept:kept+stride], h[i:i+stride])
			kept += stride
		}
	}
	if kept == len(h) {
		return h
	}
	h = h[:kept]
	for k := kept/stride/2 - 1; k >= 0; k-- {
		h.sift(k, stride)
	}
	return h
}
