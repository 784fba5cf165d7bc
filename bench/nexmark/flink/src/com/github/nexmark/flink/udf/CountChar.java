package com.github.nexmark.flink.udf;

import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.ScalarFunction;

/**
 * How often the first byte of the second argument occurs in the first one; 0 for NULL. Query 14 names this class,
 * so it has to stand in this package.
 */
public class CountChar extends ScalarFunction {
    public long eval(@DataTypeHint("STRING") StringData text, @DataTypeHint("STRING") StringData wanted) {
        if (text == null) {
            return 0;
        }
        byte first = wanted.toBytes()[0];
        long found = 0;
        for (byte b : text.toBytes()) {
            found += b == first ? 1 : 0;
        }
        return found;
    }
}
