package measure

import (
	"fmt"
	"net"
	"strconv"
)

// FreePort finds a port in [from, to), in steps of 10, that is free together with those at the offsets beside it.
func FreePort(from, to int, offsets ...int) (int, error) {
	for base := from; base < to; base += 10 {
		ok := free(base)
		for _, o := range offsets {
			ok = ok && free(base+o)
		}
		if ok {
			return base, nil
		}
	}
	return 0, fmt.Errorf("there are no free ports from %d to %d", from, to)
}

func free(port int) bool {
	l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return false
	}
	l.Close()
	return true
}
