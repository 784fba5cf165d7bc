package expr

import "testing"

func TestArithmetic(t *testing.T) {
	check(t, `
	+ | 1, 2 => INT NOT NULL 3
	+ | 1, 2L => BIGINT NOT NULL 3
	+ | 100T, 100T => TINYINT NOT NULL -56
	+ | 2147483647, 1 => INT NOT NULL -2147483648
	- | 5, 7 => INT NOT NULL -2
	* | 3, 1.5 => DECIMAL(13, 1) NOT NULL 4.5
	* | 0.908, 100L => DECIMAL(23, 3) NOT NULL 90.800
	+ | 1.5, 2.25 => DECIMAL(4, 2) NOT NULL 3.75
	/ | 1, 2 => INT NOT NULL 0
	/ | -7, 2 => INT NOT NULL -3
	/ | 1.0, 3.0 => DECIMAL(8, 6) NOT NULL 0.333333
	/ | 2.0, 3.0 => DECIMAL(8, 6) NOT NULL 0.666667
	/ | 1e0, 0e0 => DOUBLE NOT NULL Infinity
	/ | 1, 0 => error: Division by zero
	/ | 1.5, 0.0 => error: Division by zero
	% | 7, 0 => error: Division by zero
	% | -7, 3 => INT NOT NULL -1
	MOD | 7L, 3 => INT NOT NULL 1
	% | 7.5, 2 => DECIMAL(2, 1) NOT NULL 1.5
	+ | 1, null:INT => INT NULL
	+ | 1, null => error: Illegal use of 'NULL'. Use CAST(NULL AS …) to give it a type
	+ | 1.5f, 1e0 => FLOAT NOT NULL 2.5
	= | 0.1f, 0.1e0 => BOOLEAN NOT NULL TRUE
	= | 0.1e0, 0.1f => BOOLEAN NOT NULL FALSE
	+ | 1e0, 1.5 => DOUBLE NOT NULL 2.5
	+ | 1.5f, 1 => FLOAT NOT NULL 2.5
	* | 1.5f, 1.5 => DOUBLE NOT NULL 2.25
	NEG | 5 => INT NOT NULL -5
	NEG | 1.5 => DECIMAL(2, 1) NOT NULL -1.5
	NEG | 0e0 => DOUBLE NOT NULL -0.0
	+ | 1, '1' => error: Cannot apply '+' to arguments of type '<INT> + <CHAR(1)>'. Strings are not numbers: use CAST(… AS INT), BIGINT, DOUBLE or DECIMAL
	% | 1e0, 2 => error: Cannot apply '%' to arguments of type '<DOUBLE> % <INT>'. MOD is for integers and DECIMAL
	+ | true, 1 => error: Cannot apply '+' to arguments of type '<BOOLEAN> + <INT>'
	`)
}

func TestComparison(t *testing.T) {
	check(t, `
	= | 1, 1L => BOOLEAN NOT NULL TRUE
	= | 1, 1.0 => BOOLEAN NOT NULL TRUE
	< | 1.5, 2 => BOOLEAN NOT NULL TRUE
	> | 1.5, 1.25 => BOOLEAN NOT NULL TRUE
	>= | 1e0, 2 => BOOLEAN NOT NULL FALSE
	= | NaNe, NaNe => BOOLEAN NOT NULL FALSE
	<> | NaNe, NaNe => BOOLEAN NOT NULL TRUE
	< | 'a', 'b' => BOOLEAN NOT NULL TRUE
	<= | 'ab', 'a' => BOOLEAN NOT NULL FALSE
	= | 'a', "a" => BOOLEAN NOT NULL TRUE
	= | 1, null => BOOLEAN NULL
	= | true, false => BOOLEAN NOT NULL FALSE
	> | true, false => BOOLEAN NOT NULL TRUE
	= | 1, '1' => error: implicit type conversion between INT and CHAR(1) is not supported now. Use CAST to bring both sides to one type
	< | 1.5, '2' => BOOLEAN NOT NULL TRUE
	< | '1', 2e0 => BOOLEAN NOT NULL TRUE
	< | d'2024-01-01', ts'2024-01-01' => error: Cannot apply '<' to arguments of type '<DATE> < <TIMESTAMP(3)>'. Use CAST(… AS TIMESTAMP(3)) or CAST(… AS DATE) on one side
	< | ltz'2024-01-01', ts'2024-01-02' => BOOLEAN NOT NULL TRUE
	< | '5', 10 => BOOLEAN NOT NULL TRUE
	= | d'2024-01-01', '2024-01-01' => BOOLEAN NOT NULL TRUE
	= | ts'2024-01-01 00:00:00.120', ts6'2024-01-01 00:00:00.12' => BOOLEAN NOT NULL TRUE
	< | ts'2024-01-01 00:00:00.120', ts9'2024-01-01 00:00:00.120000001' => BOOLEAN NOT NULL TRUE
	IS DISTINCT FROM | 1, null => BOOLEAN NOT NULL TRUE
	IS DISTINCT FROM | null, null => BOOLEAN NOT NULL FALSE
	IS NOT DISTINCT FROM | 'a', 'a' => BOOLEAN NOT NULL TRUE
	IN | 1, 1, 2, 3 => BOOLEAN NOT NULL TRUE
	IN | 5L, 1, 2, 3 => BOOLEAN NOT NULL FALSE
	IN | 5, 1, null => BOOLEAN NULL
	IN | 'b', 'a', 'bc' => BOOLEAN NOT NULL FALSE
	NOT IN | 'b', 'a', 'bc' => BOOLEAN NOT NULL TRUE
	IN | 1.5, 1, 1.50 => BOOLEAN NOT NULL TRUE
	= | 1, d'2024-01-01' => error: Cannot apply '=' to arguments of type '<INT> = <DATE>'. Use CAST to bring both sides to one type
	`)
}

func TestLogic(t *testing.T) {
	check(t, `
	AND | true, null => BOOLEAN NULL
	AND | false, null => BOOLEAN FALSE
	AND | null, false => BOOLEAN FALSE
	OR | true, null => BOOLEAN TRUE
	OR | null, false => BOOLEAN NULL
	NOT | null => BOOLEAN NULL
	NOT | true => BOOLEAN NOT NULL FALSE
	IS NULL | null => BOOLEAN NOT NULL TRUE
	IS NOT NULL | 1 => BOOLEAN NOT NULL TRUE
	IS TRUE | null => BOOLEAN NOT NULL FALSE
	IS NOT TRUE | null => BOOLEAN NOT NULL TRUE
	IS FALSE | false => BOOLEAN NOT NULL TRUE
	IS NOT FALSE | null => BOOLEAN NOT NULL TRUE
	AND | 1, true => error: Cannot apply 'AND' to arguments of type '<INT> AND <BOOLEAN>'. A BOOLEAN condition is expected
	`)
}

func TestConditional(t *testing.T) {
	check(t, `
	CASE | true, 1, 2L => BIGINT NOT NULL 1
	CASE | false, 'a', 'bcd' => VARCHAR(3) NOT NULL bcd
	CASE | false, 1 => INT NULL
	CASE | null, 1, 1.5 => DECIMAL(11, 1) NOT NULL 1.5
	COALESCE | null, 'x' => CHAR(1) NOT NULL x
	COALESCE | null:INT, 2L => BIGINT NOT NULL 2
	IF | true, 'a', null => CHAR(1) a
	IFNULL | null:INT, 5 => INT NOT NULL 5
	NULLIF | 1, 1 => INT NULL
	NULLIF | 1, 2 => INT 1
	CASE | true, 1, 'a' => error: Illegal mixing of types in CASE or COALESCE statement: INT, CHAR(1). Use CAST to bring the branches to one type
	`)
}

func TestCast(t *testing.T) {
	check(t, `
	CAST | '12', INT => INT NOT NULL 12
	CAST | ' 12.9 ', INT => INT NOT NULL 12
	CAST | '-128', TINYINT => TINYINT NOT NULL -128
	CAST | '128', TINYINT => error: Cannot cast '128' to TINYINT; TRY_CAST gives NULL instead
	CAST | 'abc', INT => error: Cannot cast 'abc' to INT; TRY_CAST gives NULL instead
	TRY_CAST | 'abc', INT => INT NULL
	TRY_CAST | '', DOUBLE => DOUBLE NULL
	CAST | 300, TINYINT => TINYINT NOT NULL 44
	CAST | 1e30, INT => INT NOT NULL 2147483647
	CAST | -1.9e0, BIGINT => BIGINT NOT NULL -1
	CAST | 1.5, DOUBLE => DOUBLE NOT NULL 1.5
	CAST | 1.99, INT => INT NOT NULL 1
	CAST | 123.456, DEC(5/1) => DECIMAL(5, 1) NOT NULL 123.5
	CAST | 12345, DEC(3/0) => DECIMAL(3, 0) NOT NULL NULL
	CAST | '1.25', DEC(10/1) => DECIMAL(10, 1) NOT NULL 1.3
	CAST | 1.5e0, STRING => STRING NOT NULL 1.5
	CAST | 1e10, STRING => STRING NOT NULL 1.0E10
	CAST | 1.50, STRING => STRING NOT NULL 1.50
	CAST | true, STRING => STRING NOT NULL TRUE
	CAST | 'yes', BOOLEAN => BOOLEAN NOT NULL TRUE
	CAST | 'maybe', BOOLEAN => error: Cannot cast 'maybe' to BOOLEAN; TRY_CAST gives NULL instead
	TRY_CAST | 'on', BOOLEAN => BOOLEAN NULL
	TRY_CAST | ' true ', BOOLEAN => BOOLEAN NULL
	TRY_CAST | '2024-01-01T00:00:00', TS => TIMESTAMP(3) NULL
	TRY_CAST | '2024-01-01 10:11', TS => TIMESTAMP(3) NULL
	TRY_CAST | '2024-02-30', TS => TIMESTAMP(3) 2024-02-29 00:00:00.000
	TRY_CAST | '2024-02-32', TS => TIMESTAMP(3) NULL
	TRY_CAST | '2024-01-01 24:00:00', TS => TIMESTAMP(3) 2024-01-02 00:00:00.000
	TRY_CAST | '2024-01-01 00:00:00.1234567891', TS9 => TIMESTAMP(9) NULL
	TRY_CAST | '2024', DATE => DATE 2024-01-01
	TRY_CAST | '25:00:00', TIME => TIME(0) NULL
	TRY_CAST | '12:30', TIME => TIME(0) 12:30:00
	TRY_CAST | '10:00:00+01:00', TIME => TIME(0) 11:00:00
	TRY_CAST | '1.', INT => INT 1
	TRY_CAST | '.5', INT => INT 0
	TRY_CAST | '+5', INT => INT 5
	TRY_CAST | '0x10', INT => INT NULL
	TRY_CAST | '1e3', DEC(10/2) => DECIMAL(10, 2) 1000.00
	TRY_CAST | '100%', DEC(5/1) => DECIMAL(5, 1) 100.0
	TRY_CAST | '12abc', DEC(5/1) => DECIMAL(5, 1) NULL
	TRY_CAST | '12%', DEC(38/1) => DECIMAL(38, 1) NULL
	TRY_CAST | '-', DEC(5/1) => DECIMAL(5, 1) NULL
	TRY_CAST | '1f', DOUBLE => DOUBLE 1.0
	TRY_CAST | 'NaN', DOUBLE => DOUBLE NaN
	TRY_CAST | '99999999999999999999', BIGINT => BIGINT NULL
	CAST | 5, BOOLEAN => BOOLEAN NOT NULL TRUE
	CAST | true, INT => INT NOT NULL 1
	CAST | 'hello', VARCHAR(3) => VARCHAR(3) NOT NULL hel
	CAST | 'hé', CHAR(4) => CHAR(4) NOT NULL hé
	CAST | 'abc', BYTES => BYTES NOT NULL abc
	CAST | d'2024-02-29', TS => TIMESTAMP(3) NOT NULL 2024-02-29 00:00:00.000
	CAST | ts'2024-02-29 12:34:56.789', DATE => DATE NOT NULL 2024-02-29
	CAST | ts'2024-02-29 12:34:56.789', TIME3 => TIME(3) NOT NULL 12:34:56.789
	CAST | ts'2024-02-29 12:34:56.789', TS0 => TIMESTAMP(0) NOT NULL 2024-02-29 12:34:56
	CAST | ts'2024-02-29 12:34:56.789', STRING => STRING NOT NULL 2024-02-29 12:34:56.789
	CAST | ts9'2024-02-29 12:34:56.123456789', TS6 => TIMESTAMP(6) NOT NULL 2024-02-29 12:34:56.123456
	CAST | '2024-02-30', DATE => error: Cannot cast '2024-02-30' to DATE; TRY_CAST gives NULL instead
	CAST | '2024-1-5 1:2:3.4', TS => TIMESTAMP(3) NOT NULL 2024-01-05 01:02:03.400
	CAST | 5, DATE => error: Cast function cannot convert value of type INT to type DATE
	CAST | 5, TS => error: The cast from NUMERIC type to TIMESTAMP type is not allowed. It's recommended to use TO_TIMESTAMP_LTZ(numeric_col, precision) instead
	CAST | ts'2024-01-01', INT => error: The cast from TIMESTAMP type to NUMERIC type is not allowed. It's recommended to use `+"`UNIX_TIMESTAMP(CAST(timestamp_col AS STRING))`"+` instead
	CAST | iym'1-2', STRING => STRING NOT NULL +1-02
	CAST | idt'1 10:00:00.1', STRING => STRING NOT NULL +1 10:00:00.100
	`)
}

func TestIntervals(t *testing.T) {
	check(t, `
	+ | ts'2024-01-31 00:00:00', iym'0-1' => TIMESTAMP(3) NOT NULL 2024-02-29 00:00:00.000
	- | ts'2024-01-31 00:00:00', idt'1 00:00:01' => TIMESTAMP(3) NOT NULL 2024-01-29 23:59:59.000
	+ | ts6'2024-01-31 00:00:00.000001', idt'0 00:00:01' => TIMESTAMP(6) NOT NULL 2024-01-31 00:00:01.000001
	+ | d'2024-01-31', idt'1 00:00:00' => DATE NOT NULL 2024-02-01
	+ | idt'1 00:00:00', d'2024-01-31' => DATE NOT NULL 2024-02-01
	+ | idt'1 00:00:00', idt'1 00:00:00' => INTERVAL SECOND(3) NOT NULL +2 00:00:00.000
	* | idt'1 00:00:00', 3 => INTERVAL SECOND(3) NOT NULL +3 00:00:00.000
	/ | idt'1 00:00:00', 2 => error: Cannot apply '/' to arguments of type '<INTERVAL SECOND(3)> / <INT>'. An INTERVAL cannot be divided; write a shorter one
	+ | t'23:00:00', idt'0 02:00:00' => TIME(3) NOT NULL 01:00:00.0
	- | ts'2024-01-31 00:00:00', ts'2024-01-31 00:00:00' => error: Cannot apply '-' to arguments of type '<TIMESTAMP(3)> - <TIMESTAMP(3)>'. The difference of two times is TIMESTAMPDIFF(unit, a, b)
	`)
}
